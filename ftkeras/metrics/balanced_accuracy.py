"""The mean over classes of the share that was predicted right."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import balanced_accuracy as score


@keras.saving.register_keras_serializable(package="ftkeras")
class BalancedAccuracy(ScoreMetric):
    """`scores/balanced_accuracy.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes; 2 is binary.
        threshold: Probability above which the answer is class 1; binary only.
        absent: `"skip"` leaves classes without a true unit out, `"zero"` counts them as 0.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = BalancedAccuracy()
        >>> metric.update_state([0, 1, 1, 1, 1], [-2.0, 1.0, -1.0, 3.0, 1.0])
        >>> round(float(metric.result()), 4)
        0.875
    """

    def __init__(
        self,
        num_classes: int = 2,
        threshold: float = 0.5,
        absent: str = "skip",
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "balanced_accuracy",
    ) -> None:
        super().__init__(
            score.BalancedAccuracy(num_classes, threshold, absent),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
