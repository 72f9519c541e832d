"""The share of units whose true class is among the k likeliest."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import top_k_accuracy as score


@keras.saving.register_keras_serializable(package="ftkeras")
class TopKAccuracy(ScoreMetric):
    """`scores/top_k_accuracy.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes.
        k: How many classes to look at, fewer than there are.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = TopKAccuracy(num_classes=3, k=2)
        >>> metric.update_state([1, 2], [[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
        >>> round(float(metric.result()), 4)
        0.5
    """

    def __init__(
        self,
        num_classes: int = 2,
        k: int = 1,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "top_k_accuracy",
    ) -> None:
        super().__init__(
            score.TopKAccuracy(num_classes, k),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
