"""The harmonic mean of precision and recall."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ftkeras.scores._class_average import ClassAverage


@dataclass(frozen=True)
class F1Score(ClassAverage):
    """2 right_c / (true_c + predicted_c), for one class or averaged over classes.

    Range [0, 1]; 1 is best. For one class undefined when the class is neither true nor predicted;
    in an average such a class counts as 0, as in scikit-learn.

    Args:
        num_classes: Number of classes; 2 is binary.
        average: `"binary"`, `"macro"`, `"weighted"` or `"micro"`; `None` means binary with two
            classes and macro with more.
        class_index: The one class to score, instead of an average.
        absent: `"skip"` leaves classes that are neither true nor predicted out of a macro average,
            `"zero"` counts them as 0.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> F1Score()([0, 1, 1, 1], [2.0, 1.0, 1.0, -3.0])
        0.6666666666666666

    References:
        van Rijsbergen, 1979, Information Retrieval, chapter 7. Checked against scikit-learn.
    """

    undefined: ClassVar[str] = "the class is neither true nor predicted"
    has_trials: ClassVar[bool] = False

    num_classes: int = 2
    average: str | None = None
    class_index: int | None = None
    absent: str = "skip"
    threshold: float = 0.5

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) of `2 right_c / (true_c + predicted_c)`."""
        return 2 * right, true + predicted
