"""Leaves out examples of frequent classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.balance import Balanced
from ftkeras.data.balance import _resampling, _weighting


@dataclass(frozen=True)
class Undersample:
    """Drops examples until the rarest class has `ratio` times as many as any other.

    It throws information away, so it pays only where there is plenty of it. Only the training
    part is resampled.

    Args:
        ratio: In (0, 1]; 1 makes all classes as rare as the rarest one.

    Example:
        >>> len(Undersample(ratio=0.5)(np.array([0] * 9 + [1]), num_classes=2, seed=0).rows)
        3
    """

    ratio: float = 1.0

    def __post_init__(self) -> None:
        _resampling.check_ratio(self.ratio)

    def __call__(self, labels: NDArray[np.int64], num_classes: int, seed: int) -> Balanced:
        """Returns every row at most once, all of weight 1."""
        counts = _weighting.class_counts(labels, num_classes)
        most = int(np.floor(counts[counts > 0].min() / self.ratio + 1e-9))
        return _resampling.drawn(labels, np.minimum(counts, most), seed)
