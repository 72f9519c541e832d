"""Logistic regression whose regularisation is chosen inside the training part."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, StratifiedKFold
from threadpoolctl import threadpool_limits

# Inverse strength of the L2 penalty, as scikit-learn counts it.
_CANDIDATES = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
_FOLDS = 5
# There is one regression for each of many labels.
_FOLDS_OF_LABELS = 3
_MAX_ITERATIONS = 10_000


def fit(
    make_features: Callable[[], Any],
    train: Any,
    labels: NDArray[Any],
    num_classes: int,
    seed: int,
) -> Callable[[Any], NDArray[np.float32]]:
    """Returns what turns inputs into logits as `contracts.baseline` says.

    The strength is the one with the least log loss over stratified folds of the training part
    (at most five, at most as many as the rarest class has examples; 1.0 where that is one). With
    several labels there is one regression a label, and one strength for all of them, chosen on
    three folds. Features are fitted anew in each fold.

    Args:
        make_features: Makes an unfitted scikit-learn transformer.
        train: The inputs of the training part.
        labels: Their class indices, or `(examples, labels)` of 0 and 1.
        num_classes: Number of classes or labels.
        seed: Seed of the folds.

    Raises:
        ValueError: The training part has one class only.
        ConvergenceWarning: A fit did not reach its optimum.
    """
    fit_one = _fit if labels.ndim == 1 else _EachLabel
    # One thread: small products only lose by more, and sums keep one order on every machine.
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("error", ConvergenceWarning)
        strength = _chosen_strength(make_features, train, labels, seed)
        features = make_features()
        model = fit_one(features.fit_transform(train), labels, strength)

    def answer(inputs: Any) -> NDArray[np.float32]:
        with threadpool_limits(limits=1):
            encoded = features.transform(inputs)
            if isinstance(model, _EachLabel):
                return model.decision_function(encoded).astype("float32")
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
    labels: NDArray[Any],
    seed: int,
) -> float:
    folds = _folds(labels, seed)
    losses = np.zeros(len(_CANDIDATES))
    for fitted, held_out in folds:
        features = make_features()
        encoded = features.fit_transform(train[fitted])
        unseen = features.transform(train[held_out])
        for index, strength in enumerate(_CANDIDATES):
            if labels.ndim == 2:
                losses[index] += _EachLabel(encoded, labels[fitted], strength).loss(
                    unseen, labels[held_out]
                )
                continue
            answers = _fit(encoded, labels[fitted], strength).predict_proba(unseen)
            present = np.unique(labels)
            losses[index] += log_loss(labels[held_out], answers, labels=present, normalize=False)
    return _CANDIDATES[int(losses.argmin())] if folds else 1.0


def _folds(labels: NDArray[Any], seed: int) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Returns what is fitted on and what is held out; nothing where there are too few."""
    if labels.ndim == 2:
        enough = len(labels) >= _FOLDS_OF_LABELS
        made = KFold(_FOLDS_OF_LABELS, shuffle=True, random_state=seed)
        return list(made.split(labels)) if enough else []
    fewest = np.unique(labels, return_counts=True)[1].min()
    if fewest < 2:
        return []
    stratified = StratifiedKFold(min(_FOLDS, fewest), shuffle=True, random_state=seed)
    return list(stratified.split(labels, labels))


def _fit(features: Any, labels: NDArray[Any], strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS).fit(features, labels)


class _EachLabel:
    """One regression a label; a label that always or never holds has its log-odds instead.

    Half an example then speaks against what all others say.
    """

    def __init__(self, features: Any, labels: NDArray[Any], strength: float) -> None:
        holds = labels.sum(axis=0)
        held = np.clip(holds, 0.5, len(labels) - 0.5)
        self._odds = np.log(held / (len(labels) - held))
        self._models = {
            index: _fit(features, labels[:, index], strength)
            for index in np.flatnonzero((holds > 0) & (holds < len(labels))).tolist()
        }

    def decision_function(self, features: Any) -> NDArray[np.float64]:
        """Returns `(examples, labels)` log-odds."""
        logits = np.tile(self._odds, (features.shape[0], 1))
        for index, model in self._models.items():
            logits[:, index] = model.decision_function(features)
        return logits

    def loss(self, features: Any, labels: NDArray[Any]) -> float:
        """Returns the log loss of all labels together."""
        signs = np.where(labels == 1, -1.0, 1.0)
        return float(np.logaddexp(0, signs * self.decision_function(features)).sum())
