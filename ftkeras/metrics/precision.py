"""The share of the units predicted as a class that are of that class."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import precision as score


@keras.saving.register_keras_serializable(package="ftkeras")
class Precision(ScoreMetric):
    """`scores/precision.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes; 2 is binary.
        average: `"binary"`, `"macro"`, `"weighted"` or `"micro"`; `None` means binary with two
            classes and macro with more.
        class_index: The one class to score, instead of an average.
        absent: `"skip"` leaves classes that are neither true nor predicted out of a macro average,
            `"zero"` counts them as 0.
        threshold: Probability above which the answer is class 1; binary only.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = Precision()
        >>> metric.update_state([0, 1, 1, 1], [2.0, 1.0, 1.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.75
    """

    def __init__(  # noqa: PLR0913 - Keras builds a metric from a flat configuration
        self,
        num_classes: int = 2,
        average: str | None = None,
        class_index: int | None = None,
        absent: str = "skip",
        threshold: float = 0.5,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "precision",
    ) -> None:
        super().__init__(
            score.Precision(num_classes, average, class_index, absent, threshold),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
