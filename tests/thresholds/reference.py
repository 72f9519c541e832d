"""What each threshold gives, by scikit-learn, one threshold at a time."""

import numpy as np
from sklearn.metrics import confusion_matrix


def case(seed=0, size=300, share=0.3, decimals=None):
    rng = np.random.default_rng(seed)
    labels = (rng.random(size) < share).astype(int)
    probability = 1 / (1 + np.exp(-(1.5 * labels - 1 + rng.normal(size=size))))
    return labels, probability if decimals is None else probability.round(decimals)


def figures(labels, probability, figure):
    """`figure(tn, fp, fn, tp)` at every threshold that tells examples apart, flagging none first."""
    thresholds = [*np.unique(probability)[::-1], -1.0]
    tables = [confusion_matrix(labels, probability > t, labels=[0, 1]).ravel() for t in thresholds]
    return np.array([figure(*table) for table in tables])


def at(labels, probability, threshold, figure):
    return figure(*confusion_matrix(labels, probability > threshold, labels=[0, 1]).ravel())
