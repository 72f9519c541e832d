"""How the labels of a unit are ranked by their scores."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms
from ftkeras.scores._ratio import indicator, ratio


@dataclass(frozen=True)
class LabelRanks(Terms):
    """`(4,)`: units, and the sums of their average precision, coverage and ranking loss.

    A label's rank is the number of known labels with at least its score: ties count against it.
    Compares all pairs of labels, so a batch needs memory for batch * num_labels^2 numbers.

    Args:
        num_labels: Number of labels.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.multilabel import Multilabel
        >>> units = Multilabel(3).units([[0, 1, 0]], np.array([[2.0, 1.0, -1.0]]), np)
        >>> LabelRanks(3).tally(units).tolist()
        [1.0, 0.5, 2.0, 0.5]
    """

    num_labels: int

    @property
    def shape(self) -> tuple[int, ...]:
        """`(4,)`."""
        return (4,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 4)`."""
        one, zero = xp.ones_like(predictions), xp.zeros_like(predictions)
        known, true = xp.where(labels >= 0, one, zero), xp.where(labels == 1, one, zero)
        # [unit, label, other]: the other is ranked before the label, or equal to it.
        is_ahead = predictions[:, None, :] >= predictions[:, :, None]
        zeros = xp.zeros_like(known[:, None, :])
        rank = xp.sum(xp.where(is_ahead, known[:, None, :], zeros), axis=-1)
        true_ahead = xp.sum(xp.where(is_ahead, true[:, None, :], zeros), axis=-1)
        num_true, num_known = xp.sum(true, axis=-1), xp.sum(known, axis=-1)
        precision = xp.sum(true * ratio(true_ahead, rank, xp, otherwise=0.0), axis=-1)
        is_mixed = xp.logical_and(num_true > 0, num_true < num_known)
        precision = xp.where(is_mixed, precision / xp.maximum(num_true, 1), xp.ones_like(num_true))
        pairs = num_true * (num_known - num_true)
        wrong = ratio(xp.sum(true * (rank - true_ahead), axis=-1), pairs, xp, otherwise=0.0)
        counted = indicator(num_known > 0, num_known, xp)
        return xp.stack([counted, precision * counted, xp.max(true * rank, axis=-1), wrong], -1)
