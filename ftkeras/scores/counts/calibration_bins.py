"""How often the model was right, by how sure it said it was."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Terms, Units
from ftkeras.errors import UserError
from ftkeras.scores.counts._softmax import largest_class, log_softmax


@dataclass(frozen=True)
class CalibrationBins(Terms):
    """`(3, num_bins)`: units, summed probability, and events, in bins of equal width.

    Binary: the probability is that of class 1 and the event is class 1. With more classes, the
    probability is that of the predicted class and the event is that it was right. Bin `k` holds
    probabilities in [k / num_bins, (k + 1) / num_bins); 1 belongs to the last.

    Args:
        num_classes: Number of classes.
        num_bins: Number of bins.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([1, 0], np.array([0.0, -9.0]), np)
        >>> CalibrationBins(2, num_bins=2).tally(units).round(2).tolist()
        [[1.0, 1.0], [0.0, 0.5], [0.0, 1.0]]
    """

    num_classes: int = 2
    num_bins: int = 15

    def __post_init__(self) -> None:
        if not isinstance(self.num_bins, int) or self.num_bins < 1:
            raise UserError(
                f"Expected `num_bins` to be an integer >= 1. Received: num_bins={self.num_bins!r}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3, num_bins)`."""
        return (3, self.num_bins)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3 * num_bins)`."""
        place, probability, event = self._placed(labels, predictions, xp)
        bins = xp.expand_dims(xp.arange(self.num_bins), 0)
        is_here = xp.equal(xp.expand_dims(place, -1), bins)
        added = [xp.ones_like(probability), probability, event]
        return xp.concatenate([xp.where(is_here, x[:, None], 0.0) for x in added], axis=-1)

    def tally(self, units: Units, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Returns the counts of these units together, in NumPy, without a row for each unit."""
        place, *added = self._placed(units.labels, units.predictions, np)
        weights = np.ones(len(place)) if weights is None else np.asarray(weights, "float64")
        rows = [weights, *(weights * each for each in added)]
        return np.stack([np.bincount(place, row, minlength=self.num_bins) for row in rows])

    def grouped(
        self, units: Units, groups: NDArray[np.int64], num_groups: int
    ) -> NDArray[np.float64]:
        """Returns `(num_groups, 3 * num_bins)`, in NumPy, without a row for each unit."""
        place, probability, event = self._placed(units.labels, units.predictions, np)
        code = groups * self.num_bins + place
        size = num_groups * self.num_bins
        summed = [np.bincount(code, row, minlength=size) for row in (None, probability, event)]
        sides = [row.reshape(num_groups, self.num_bins).astype("float64") for row in summed]
        return np.concatenate(sides, axis=1)

    def _placed(self, labels: Any, predictions: Any, xp: ModuleType) -> tuple[Any, Any, Any]:
        """Returns the bin, the probability and the event of each unit."""
        if len(predictions.shape) == 1:
            probability = 1 / (1 + xp.exp(-xp.clip(predictions, -80.0, 80.0)))
            event = labels == 1
        else:
            probability = xp.exp(xp.max(log_softmax(predictions, xp), axis=-1))
            event = labels == xp.array(largest_class(predictions, xp), dtype="int32")
        place = xp.clip(xp.floor(probability * self.num_bins), 0, self.num_bins - 1)
        return xp.array(place, dtype="int32"), probability, xp.where(event, 1.0, 0.0)
