"""Calibration by scikit-learn's public classes, for a model whose logits are its inputs."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator


class Logits(ClassifierMixin, BaseEstimator):
    """Answers with the logits it is given."""

    def __init__(self, num_classes=2):
        self.num_classes = num_classes

    def fit(self, logits, labels):
        self.classes_ = np.arange(self.num_classes)
        return self

    def decision_function(self, logits):
        return logits[:, 0] if self.num_classes == 2 else logits

    def predict(self, logits):
        return logits[:, 0] > 0 if self.num_classes == 2 else logits.argmax(axis=1)


def probabilities(method, logits, labels, new_logits, num_classes=2):
    model = Logits(num_classes).fit(logits, labels)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method=method, ensemble=False)
    return calibrated.fit(logits, labels).predict_proba(new_logits)


def case(num_classes=2, size=400, seed=0, sharpness=3.0):
    """Logits `sharpness` times too large, and classes 0 and 1 taken too often."""
    rng = np.random.default_rng(seed)
    if num_classes == 2:
        logits = rng.normal(size=(size, 1))
        labels = (rng.random(size) < 1 / (1 + np.exp(-logits[:, 0] + 0.5))).astype(int)
        return sharpness * logits, labels
    logits = rng.normal(size=(size, num_classes))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return sharpness * logits + 0.7 * (np.arange(num_classes) < 2), labels


def log_loss(probabilities, labels):
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()
