"""Repeats examples of rare classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.balance import Balanced
from ftkeras.data.balance import _resampling, _weighting


@dataclass(frozen=True)
class Oversample:
    """Repeats examples until each class has `ratio` times as many as the most frequent one.

    Over an epoch it does what weights do, at the price of longer epochs. Only the training part is
    resampled.

    Args:
        ratio: In (0, 1]; 1 makes all classes as frequent as the most frequent one.

    Example:
        >>> Oversample()(np.array([0, 0, 0, 1]), num_classes=2, seed=0).rows.tolist()
        [0, 1, 2, 3, 3, 3]
    """

    ratio: float = 1.0

    def __post_init__(self) -> None:
        _resampling.check_ratio(self.ratio)

    def __call__(self, labels: NDArray[np.int64], num_classes: int, seed: int) -> Balanced:
        """Returns every row at least once, all of weight 1."""
        counts = _weighting.class_counts(labels, num_classes)
        wanted = np.maximum(counts, np.ceil(self.ratio * counts.max()).astype("int64"))
        return _resampling.drawn(labels, wanted, seed)
