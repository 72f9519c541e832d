"""Logistic regression whose regularisation is chosen inside the training part."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

# Inverse strength of the L2 penalty, as scikit-learn counts it.
_CANDIDATES = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
_FOLDS = 5
_MAX_ITERATIONS = 10_000


def fit(
    make_features: Callable[[], Any],
    train: Any,
    labels: NDArray[np.int64],
    num_classes: int,
    seed: int,
) -> Callable[[Any], NDArray[np.float32]]:
    """Returns what turns inputs into logits as `contracts.baseline` says.

    The strength is the one with the least log loss over stratified folds of the training part
    (at most five, at most as many as the rarest class has examples; 1.0 where that is one).
    Features are fitted anew in each fold.

    Args:
        make_features: Makes an unfitted scikit-learn transformer.
        train: The inputs of the training part.
        labels: Their class indices.
        num_classes: Number of classes.
        seed: Seed of the folds.

    Raises:
        ValueError: The training part has one class only.
        ConvergenceWarning: A fit did not reach its optimum.
    """
    # One thread: small products only lose by more, and sums keep one order on every machine.
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("error", ConvergenceWarning)
        strength = _chosen_strength(make_features, train, labels, seed)
        features = make_features()
        model = _fit(features.fit_transform(train), labels, strength)

    def answer(inputs: Any) -> NDArray[np.float32]:
        with threadpool_limits(limits=1):
            encoded = features.transform(inputs)
            if num_classes == 2:
                return model.decision_function(encoded)[:, None].astype("float32")
            # A class that is not in the training part is as likely as half an example there.
            logits = np.full((encoded.shape[0], num_classes), np.log(0.5 / len(labels)))
            logits[:, model.classes_] = model.predict_log_proba(encoded)
            return logits.astype("float32")

    return answer


def _chosen_strength(
    make_features: Callable[[], Any],
    train: Any,
    labels: NDArray[np.int64],
    seed: int,
) -> float:
    present, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        return 1.0
    folds = StratifiedKFold(min(_FOLDS, counts.min()), shuffle=True, random_state=seed)
    losses = np.zeros(len(_CANDIDATES))
    for fitted, held_out in folds.split(labels, labels):
        features = make_features()
        encoded = features.fit_transform(train[fitted])
        unseen = features.transform(train[held_out])
        for index, strength in enumerate(_CANDIDATES):
            answers = _fit(encoded, labels[fitted], strength).predict_proba(unseen)
            losses[index] += log_loss(labels[held_out], answers, labels=present, normalize=False)
    return _CANDIDATES[int(losses.argmin())]


def _fit(features: Any, labels: NDArray[np.int64], strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS).fit(features, labels)
