"""How many of the positives are found by looking at few units."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import gain_at_k as score


@keras.saving.register_keras_serializable(package="ftkeras")
class GainAtK(ScoreMetric):
    """`scores/gain_at_k.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: 2.
        k: Share of the units to take, in (0, 1].
        num_buckets: Score buckets, a power of two.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = GainAtK(k=0.5)
        >>> metric.update_state([0, 0, 1, 1], [-2.0, 1.0, 0.5, 3.0])
        >>> round(float(metric.result()), 4)
        0.5
    """

    def __init__(
        self,
        num_classes: int = 2,
        k: float = 0.1,
        num_buckets: int = 2**14,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "gain_at_k",
    ) -> None:
        super().__init__(
            score.GainAtK(num_classes, k, num_buckets),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
