"""The harmonic mean of precision and recall, for units with several labels."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ftkeras.scores._label_average import LabelAverage


@dataclass(frozen=True)
class MultilabelF1Score(LabelAverage):
    """2 right_l / (true_l + predicted_l) of each label l, averaged over labels; or over units.

    right_l counts units in which label l holds and was predicted, true_l and predicted_l those in
    which it holds, and was predicted. Range [0, 1]; 1 is best. Undefined when nothing was counted,
    and for one label or `"micro"` when the whole is 0.

    Args:
        num_labels: Number of labels.
        average: `"macro"` (mean over labels), `"weighted"` (mean weighted by true_l), `"micro"`
            (all pairs of unit and label together) or `"samples"` (the ratio of each unit's sets of
            labels, mean over units).
        label_index: The one label to score, instead of an average.
        absent: What a mean does with a label (or unit) whose ratio is 0 / 0: `"zero"` counts it as
            0, as scikit-learn does by default, `"one"` as 1, `"skip"` leaves it out.
        threshold: Probability above which a label is predicted.

    Example:
        >>> y_true, logits = [[1, 0], [1, 1]], [[2.0, 1.0], [-1.0, 3.0]]
        >>> MultilabelF1Score(num_labels=2, average="micro")(y_true, logits)
        0.6666666666666666

    References:
        van Rijsbergen, 1979, Information Retrieval, chapter 7. Checked against
        scikit-learn.
    """

    undefined: ClassVar[str] = "the label is neither true nor predicted"
    ratio_of: ClassVar[str] = "f1"
    has_trials: ClassVar[bool] = False

    num_labels: int
    average: str = "macro"
    label_index: int | None = None
    absent: str = "zero"
    threshold: float = 0.5

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) of `2 right_l / (true_l + predicted_l)`."""
        return 2 * right, true + predicted
