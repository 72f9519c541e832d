"""Precision and recall in one number, recall weighing beta times as much."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ftkeras.errors import UserError
from ftkeras.scores._class_average import ClassAverage


@dataclass(frozen=True)
class FbetaScore(ClassAverage):
    """(1 + beta^2) right_c / (beta^2 true_c + predicted_c), for one class or averaged.

    Range [0, 1]; 1 is best. For one class undefined when the class is neither true nor predicted;
    in an average such a class counts as 0, as in scikit-learn.

    Args:
        num_classes: Number of classes; 2 is binary.
        beta: Weight of recall against precision; 2 favours recall, 0.5 precision.
        average: `"binary"`, `"macro"`, `"weighted"` or `"micro"`; `None` means binary with two
            classes and macro with more.
        class_index: The one class to score, instead of an average.
        absent: `"skip"` leaves classes that are neither true nor predicted out of a macro average,
            `"zero"` counts them as 0.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> FbetaScore(beta=2.0)([0, 1, 1, 1], [2.0, 1.0, 1.0, -3.0])
        0.6666666666666666

    References:
        van Rijsbergen, 1979, Information Retrieval, chapter 7. Checked against scikit-learn.
    """

    undefined: ClassVar[str] = "the class is neither true nor predicted"
    has_trials: ClassVar[bool] = False

    num_classes: int = 2
    beta: float = 2.0
    average: str | None = None
    class_index: int | None = None
    absent: str = "skip"
    threshold: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.beta > 0:
            raise UserError(
                f"Expected `beta` > 0. Received: beta={self.beta!r}. 1 is the F1 score."
            )

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) of the ratio of one class."""
        square = self.beta**2
        return (1 + square) * right, square * true + predicted
