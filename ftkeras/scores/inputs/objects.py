"""Each unit is an object: a text, a sequence of tags, an answer."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ftkeras.contracts.score import HostInputs, Units
from ftkeras.errors import UserError
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class Objects(HostInputs):
    """Pairs of truth and answer, each turned into the vector that it adds to the counts.

    The units that come out carry these vectors in place of predictions. What was true has gone into
    them, so all labels are 0.

    Args:
        counts: What each pair adds.

    Example:
        >>> from ftkeras.scores.counts.edits import Edits
        >>> units = Objects(Edits("words")).units(["a b c"], ["a c"], np)
        >>> units.predictions.tolist()
        [[1.0, 3.0]]
    """

    counts: UnitStatistics

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns labels `(units,)` of zeros and predictions `(units, counts.size)`."""
        truths, answers = self.array(y_true), self.array(y_pred)
        if len(truths) != len(answers):
            raise UserError(
                f"Expected one prediction a label. Received: {len(answers)} predictions and "
                f"{len(truths)} labels. Align them."
            )
        rows = [self.counts.of(*pair) for pair in zip(truths, answers, strict=True)]
        statistics = np.asarray(rows, "float64").reshape(len(rows), self.counts.size)
        return Units(
            labels=np.zeros(len(rows)),
            predictions=statistics,
            is_finite=np.isfinite(statistics).all(axis=-1),
            is_known=np.ones(len(rows), bool),
        )
