"""Ridge regression whose penalty is chosen inside the training part."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from threadpoolctl import threadpool_limits

_CANDIDATES = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0)
_FOLDS = 5


def fit(
    make_features: Callable[[], Any], train: Any, labels: NDArray[np.float64], seed: int
) -> Callable[[Any], NDArray[np.float32]]:
    """Returns what turns inputs into numbers as `contracts.baseline` says.

    The penalty is the one with the least squared error over five folds of the training part (fewer
    where there are fewer examples; 1.0 where there is one), each target counted in its standard
    deviations. Features are fitted anew in each fold.

    Args:
        make_features: Makes an unfitted scikit-learn transformer.
        train: The inputs of the training part.
        labels: `(examples,)` or `(examples, targets)`.
        seed: Seed of the folds.
    """
    values = labels.reshape(len(labels), -1)
    centre, spread = values.mean(axis=0), values.std(axis=0)
    standard = (values - centre) / np.where(spread > 0, spread, 1)
    # One thread: small products only lose by more, and sums keep one order on every machine.
    with threadpool_limits(limits=1):
        penalty = _chosen_penalty(make_features, train, standard, seed)
        features = make_features()
        model = _fit(features.fit_transform(train), standard, penalty)

    def answer(inputs: Any) -> NDArray[np.float32]:
        with threadpool_limits(limits=1):
            said = model.predict(features.transform(inputs)).reshape(-1, values.shape[1])
        return (said * spread + centre).astype("float32")

    return answer


def _chosen_penalty(
    make_features: Callable[[], Any], train: Any, labels: NDArray[np.float64], seed: int
) -> float:
    if len(labels) < 2:
        return 1.0
    folds = KFold(min(_FOLDS, len(labels)), shuffle=True, random_state=seed)
    losses = np.zeros(len(_CANDIDATES))
    for fitted, held_out in folds.split(labels):
        features = make_features()
        encoded = features.fit_transform(train[fitted])
        unseen = features.transform(train[held_out])
        for index, penalty in enumerate(_CANDIDATES):
            said = _fit(encoded, labels[fitted], penalty).predict(unseen)
            losses[index] += ((said.reshape(len(held_out), -1) - labels[held_out]) ** 2).sum()
    return _CANDIDATES[int(losses.argmin())]


def _fit(features: Any, labels: NDArray[np.float64], penalty: float) -> Ridge:
    # In single precision, features that say the same leave no digit of their difference.
    return Ridge(alpha=penalty).fit(features.astype("float64"), labels)
