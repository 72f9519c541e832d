"""How often a unit with a label is ranked above one without it."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import multilabel_area_under_roc_curve as score


@keras.saving.register_keras_serializable(package="ftkeras")
class MultilabelAreaUnderRocCurve(ScoreMetric):
    """`scores/multilabel_area_under_roc_curve.py` as a Keras metric; formula and references there.

    Args:
        num_labels: Number of labels.
        average: `"macro"` or `"weighted"` by the units with the label.
        label_index: The one label to score, instead of an average.
        absent: `"undefined"` or `"skip"`.
        num_buckets: Score buckets, a power of two; `None` means as many as keep the state at 2^18
            entries.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A value in `y_true` that marks a label of a unit as unknown, such as -1.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ..., num_labels)` of 0 and 1.
        y_pred: `(batch, ..., num_labels)`.

    Example:
        >>> metric = MultilabelAreaUnderRocCurve(num_labels=2)
        >>> metric.update_state([[1, 0], [0, 1]], [[2.0, 1.0], [-1.0, 3.0]])
        >>> round(float(metric.result()), 4)
        1.0
    """

    def __init__(
        self,
        num_labels: int,
        average: str = "macro",
        label_index: int | None = None,
        absent: str = "undefined",
        num_buckets: int | None = None,
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "multilabel_area_under_roc_curve",
    ) -> None:
        super().__init__(
            score.MultilabelAreaUnderRocCurve(
                num_labels, average, label_index, absent, num_buckets
            ),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
