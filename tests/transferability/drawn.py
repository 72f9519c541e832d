"""Features that tell the labels a little, of all shapes that matter."""

import numpy as np


def features_and_labels(examples=90, width=12, classes=3, signal=0.8, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, examples - classes)])
    centres = signal * rng.normal(size=(classes, width))
    mixing = rng.normal(size=(width, width))
    return (centres[labels] + rng.normal(size=(examples, width))) @ mixing + 0.3, labels
