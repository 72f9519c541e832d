"""The area under the precision-recall curve, as a step function."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import average_precision as score


@keras.saving.register_keras_serializable(package="ftkeras")
class AveragePrecision(ScoreMetric):
    """`scores/average_precision.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes; 2 is binary.
        average: `"macro"` or `"weighted"` over classes against the rest; `None` means binary with
            two classes and macro with more.
        class_index: The one class to score against the rest, instead of an average.
        num_buckets: Score buckets, a power of two; `None` means 16384 if binary, else as many as
            keep the state at 2^18 entries.
        absent: `"undefined"` makes an average undefined when one of its curves is, `"skip"` leaves
            such classes out.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = AveragePrecision()
        >>> metric.update_state([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> round(float(metric.result()), 4)
        0.8333
    """

    def __init__(  # noqa: PLR0913 - Keras builds a metric from a flat configuration
        self,
        num_classes: int = 2,
        average: str | None = None,
        class_index: int | None = None,
        num_buckets: int | None = None,
        absent: str = "undefined",
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "average_precision",
    ) -> None:
        super().__init__(
            score.AveragePrecision(num_classes, average, class_index, num_buckets, absent),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
