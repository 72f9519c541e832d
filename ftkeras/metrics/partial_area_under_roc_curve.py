"""How often a positive unit is ranked above a negative one, where few negatives are let through."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import partial_area_under_roc_curve as score


@keras.saving.register_keras_serializable(package="ftkeras")
class PartialAreaUnderRocCurve(ScoreMetric):
    """`scores/partial_area_under_roc_curve.py` as a Keras metric: formula and references there.

    Args:
        num_classes: 2.
        max_false_positive_rate: The rate up to which the area is taken, in (0, 1].
        num_buckets: Score buckets, a power of two.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = PartialAreaUnderRocCurve(max_false_positive_rate=0.5)
        >>> metric.update_state([0, 0, 1, 1], [-2.0, 1.0, 0.5, 3.0])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    def __init__(
        self,
        num_classes: int = 2,
        max_false_positive_rate: float = 0.1,
        num_buckets: int = 2**14,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "partial_area_under_roc_curve",
    ) -> None:
        super().__init__(
            score.PartialAreaUnderRocCurve(num_classes, max_false_positive_rate, num_buckets),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
