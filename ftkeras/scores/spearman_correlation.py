"""How far predictions are in the order of the labels."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.scores._joint_ranks import bound, correlation
from ftkeras.scores._output_mean import OutputMean
from ftkeras.scores.counts.joint_histogram import JointHistogram


@dataclass(frozen=True)
class SpearmanCorrelation(OutputMean):
    """Pearson's correlation of the ranks of labels and predictions; equal numbers share their mean.

    Range [-1, 1]; 1 is best. Undefined where labels or predictions are all equal. On predictions in
    NumPy it is exact. Streaming counts pairs in buckets of (x - center) / scale, and takes what
    shares a bucket for equal; `error_bound` certifies what that can change. It is small when
    `center` and `scale` are near mean and standard deviation of the labels; where they are so far
    off that everything shares one bucket, the result is undefined too. With several outputs, their
    mean.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels.
        scale: A number near their standard deviation.
        num_buckets: Buckets of labels, and of predictions; a power of two from 64 to 1024. The
            state holds the square of it.

    Example:
        >>> SpearmanCorrelation()([1.0, 2.0, 4.0, 3.0], [1.5, 2.0, 3.0, 9.0])
        0.8

    References:
        Spearman, 1904, American Journal of Psychology 15. Checked against SciPy.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = (
        "labels or predictions are all equal, or share one bucket: set `center` and `scale`"
    )

    num_outputs: int = 1
    center: float = 0.0
    scale: float = 1.0
    num_buckets: int = 256

    @property
    def bounds(self) -> tuple[float, float]:
        """[-1, 1]."""
        return (-1.0, 1.0)

    @property
    def counts(self) -> JointHistogram:
        """Units by bucket of their label and of their prediction."""
        return JointHistogram(self.num_outputs, self.num_buckets, self.center, self.scale)

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the correlation of each output."""
        # The counts of `DistinctPairs`: three rows, where a histogram has at least 64.
        if counts.shape[-2] == 3:
            leading = counts.shape[:-2]
            return np.array(
                [_exact(pairs) for pairs in counts.reshape(-1, *counts.shape[-2:])]
            ).reshape(leading)
        return correlation(counts, xp)

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean over outputs of what the order inside buckets can change."""
        return xp.mean(bound(counts, xp), axis=-1)


def _exact(pairs: NDArray[np.float64]) -> float:
    weights, label, prediction = pairs[:, pairs[0] > 0]
    if not len(weights):
        return float("nan")
    ranks = [
        _mean_ranks(np.round(places / weights).astype(int), weights)
        for places in (label, prediction)
    ]
    first, second = (rank - np.average(rank, weights=weights) for rank in ranks)
    spread = np.sqrt((weights * first**2).sum() * (weights * second**2).sum())
    return float((weights * first * second).sum() / spread) if spread > 0 else float("nan")


def _mean_ranks(places: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    mass = np.bincount(places, weights=weights)
    return (np.cumsum(mass) - mass / 2)[places]
