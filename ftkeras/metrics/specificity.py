"""The share of the units of other classes that were not predicted as a class."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import specificity as score


@keras.saving.register_keras_serializable(package="ftkeras")
class Specificity(ScoreMetric):
    """`scores/specificity.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes; 2 is binary.
        class_index: The class that is "positive".
        threshold: Probability above which the answer is class 1; binary only.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = Specificity()
        >>> metric.update_state([0, 0, 0, 1], [2.0, -1.0, -1.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    def __init__(
        self,
        num_classes: int = 2,
        class_index: int = 1,
        threshold: float = 0.5,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "specificity",
    ) -> None:
        super().__init__(
            score.Specificity(num_classes, class_index, threshold),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
