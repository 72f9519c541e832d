"""Columns of a table with boosted trees: what deep models rarely beat on tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from ftkeras.baselines._columns import Columns
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 1_000_000
"""Of more training examples some are taken: it would take hours."""


@dataclass(frozen=True)
class ColumnsGradientBoosting:
    """Fits histogram gradient boosting, with scikit-learn's own settings.

    Trees take missing numbers as they are, and no scale matters to them. With several labels or
    numbers there is one ensemble for each.

    Example:
        >>> import numpy as np
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> rows, labels = [{"age": age} for age in range(60)], [0] * 20 + [1] * 20 + [0] * 20
        >>> train = from_arrays(rows, labels)
        >>> answer = ColumnsGradientBoosting().fit(train, train.labels, 2, seed=0)
        >>> (answer(train)[:, 0] > 0).astype(int).tolist() == labels
        True

    References:
        Grinsztajn et al., 2022, NeurIPS (on tables, trees beat deep networks of all kinds).
    """

    modalities = ("tabular",)
    kinds = ("classes", "labels", "numbers")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        columns = Columns()
        matrix = columns.fit_transform(train.inputs)
        several = labels.reshape(len(labels), -1).T
        numbers = labels.dtype.kind == "f"
        with threadpool_limits(limits=1):
            fitted = [_fitted(matrix, each, numbers, seed) for each in several]

        def answer(examples: Dataset) -> NDArray[np.float32]:
            given = columns.transform(examples.inputs)
            with threadpool_limits(limits=1):
                if labels.ndim == 1 and not numbers and num_classes > 2:
                    return _log_shares(fitted[0], given, num_classes, len(labels))
                return np.stack([model(given) for model in fitted], axis=1).astype("float32")

        return answer


class _One:
    """The only answer there was in training."""

    def __init__(self, label: int, examples: int) -> None:
        # As likely to be otherwise as half an example of those there were.
        self._logit = np.log(2 * examples + 1) * (1 if label else -1)

    def __call__(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full(len(matrix), self._logit)


class _Classes:
    def __init__(self, matrix: NDArray[np.float64], labels: NDArray[Any], seed: int) -> None:
        self.model = HistGradientBoostingClassifier(random_state=seed).fit(matrix, labels)

    def __call__(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self.model.decision_function(matrix), np.float64)


def _fitted(
    matrix: NDArray[np.float64], labels: NDArray[Any], numbers: bool, seed: int
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    if numbers:
        predict = HistGradientBoostingRegressor(random_state=seed).fit(matrix, labels).predict
        return lambda given: np.asarray(predict(given), np.float64)
    if len(np.unique(labels)) == 1:
        return _One(int(labels[0]), len(labels))
    return _Classes(matrix, labels, seed)


def _log_shares(
    fitted: Any, matrix: NDArray[np.float64], num_classes: int, examples: int
) -> NDArray[np.float32]:
    """Log-probabilities; a class that training lacks is as likely as half an example."""
    logits = np.full((len(matrix), num_classes), np.log(0.5 / examples))
    shares = np.clip(fitted.model.predict_proba(matrix), 1e-12, None)
    logits[:, fitted.model.classes_] = np.log(shares)
    return logits.astype("float32")
