"""Words that two texts share, with ridge regression: what deep models must beat on pairs."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _ridge
from ftkeras.baselines._pair_terms import PairTerms
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class TfidfPairRidge:
    """Fits ridge regression on `[|u - v|, u * v, u + v]` of the TF-IDF of both texts.

    The terms are those of `TfidfLogisticRegression`; the penalty is chosen by cross-validation
    inside the training part.

    Example:
        >>> import numpy as np
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> pairs = [(f"word{i}", f"word{i if i % 2 else i + 1}") for i in range(30)]
        >>> train = from_arrays(pairs, [float(i % 2) for i in range(30)])
        >>> answer = TfidfPairRidge().fit(train, train.labels, 1, seed=0)
        >>> ((answer(train)[:, 0] > 0.5) == train.labels.astype(bool)).all()
        np.True_

    References:
        Hoerl and Kennard, 1970, Technometrics 12.
    """

    modalities = ("text_pair",)
    kinds = ("numbers",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _ridge.fit(PairTerms, train.inputs, labels, seed)
        return lambda examples: answer(examples.inputs)
