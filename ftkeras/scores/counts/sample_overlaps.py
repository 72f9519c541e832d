"""How well the set of predicted labels covers the true set, unit by unit."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Terms
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts.label_tallies import check_threshold, marks


@dataclass(frozen=True)
class SampleOverlaps(Terms):
    """`(8,)`: units, equal sets, then sum and number of defined precisions, recalls and F1.

    Args:
        num_labels: Number of labels.
        threshold: Probability above which a label is predicted.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.multilabel import Multilabel
        >>> units = Multilabel(2).units([[1, 0], [0, 0]], np.array([[2.0, 1.0], [-1.0, -3.0]]), np)
        >>> SampleOverlaps(2).tally(units).round(3).tolist()
        [2.0, 1.0, 0.5, 1.0, 1.0, 1.0, 0.667, 1.0]
    """

    rows: ClassVar[dict[str, int]] = {"precision": 2, "recall": 4, "f1": 6}
    """Where sum and number of each stand."""

    num_labels: int
    threshold: float = 0.5

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(8,)`."""
        return (8,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 8)`."""
        sets = marks(labels, predictions, self.threshold, xp)
        true, predicted, _ = (xp.sum(marked, axis=-1) for marked in sets)
        both = xp.sum(sets[0] * sets[1], axis=-1)
        is_equal = xp.logical_and(both == true, both == predicted)
        added = [xp.ones_like(both), indicator(is_equal, both, xp)]
        for part, whole in ((both, predicted), (both, true), (2 * both, true + predicted)):
            added += [ratio(part, whole, xp, otherwise=0.0), indicator(whole > 0, whole, xp)]
        return xp.stack(added, -1)
