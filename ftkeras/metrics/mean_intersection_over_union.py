"""How far predicted and true regions coincide, averaged over classes."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import mean_intersection_over_union as score


@keras.saving.register_keras_serializable(package="ftkeras")
class MeanIntersectionOverUnion(ScoreMetric):
    """`scores/mean_intersection_over_union.py` as a Keras metric; formula and references there.

    Args:
        num_classes: Number of classes.
        absent: `"skip"` leaves classes that are neither true nor predicted out, `"zero"` counts
            them as 0.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A label that marks pixels to leave out, such as 255.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` class of each pixel, also `(batch, ..., 1)`.
        y_pred: `(batch, ..., num_classes)`; with two classes also `(batch, ..., 1)`.
        sample_weight: `(batch,)`, a weight an image.

    Example:
        >>> metric = MeanIntersectionOverUnion(num_classes=2)
        >>> labels = [[0, 1, 1, 1]]
        >>> logits = [[[2.0, 1.0], [0.0, 1.0], [3.0, 1.0], [0.0, 2.0]]]
        >>> metric.update_state(labels, logits)
        >>> round(float(metric.result()), 4)
        0.5833
    """

    def __init__(
        self,
        num_classes: int,
        absent: str = "skip",
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "mean_intersection_over_union",
    ) -> None:
        super().__init__(
            score.MeanIntersectionOverUnion(num_classes, absent),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
