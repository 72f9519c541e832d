"""Agreement of answers and truth beyond chance."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.confusion_cells import ConfusionCells
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class CohenKappa(Score):
    """1 - sum w_ij n_ij / sum w_ij e_ij, with e the confusion expected from the margins alone.

    Plain kappa weighs every mistake 1; `"linear"` and `"quadratic"` weigh it by the distance of
    the classes (to the power 1 or 2), for classes that have an order. Range [-1, 1]; 1 is best, 0
    is chance. Undefined when all units and all answers are of one class.

    Args:
        num_classes: Number of classes; 2 is binary.
        weights: `None`, `"linear"` or `"quadratic"`.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> CohenKappa()([0, 0, 1, 1], [-2.0, 1.0, 1.0, 3.0])
        0.5

    References:
        Cohen, 1960, Educ. Psychol. Meas. 20; 1968, Psychological Bulletin 70. Checked against
        scikit-learn.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "all units and all answers are of one class"

    num_classes: int = 2
    weights: str | None = None
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.weights not in (None, "linear", "quadratic"):
            raise UserError(
                "Expected `weights` to be None, 'linear' or 'quadratic'. Received: "
                f"weights={self.weights!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[-1, 1]."""
        return (-1.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ConfusionCells:
        """The confusion matrix."""
        return ConfusionCells(self.num_classes, self.threshold)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns kappa; see `Score.formula`."""
        total = xp.sum(counts, axis=(-2, -1), keepdims=True)
        shares = ratio(counts, total, xp)
        expected = xp.sum(shares, axis=-1, keepdims=True) * xp.sum(shares, axis=-2, keepdims=True)
        place = np.arange(self.num_classes)
        distance = np.abs(place[:, None] - place)
        power = {None: 0, "linear": 1, "quadratic": 2}[self.weights]
        cost = np.where(distance > 0, distance**power, 0).astype("float64")
        observed = xp.sum(shares * cost, axis=(-2, -1))
        return 1 - ratio(observed, xp.sum(expected * cost, axis=(-2, -1)), xp)
