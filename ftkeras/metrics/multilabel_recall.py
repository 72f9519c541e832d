"""The share of true labels that were predicted."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import multilabel_recall as score


@keras.saving.register_keras_serializable(package="ftkeras")
class MultilabelRecall(ScoreMetric):
    """`scores/multilabel_recall.py` as a Keras metric: formula, range and references there.

    Args:
        num_labels: Number of labels.
        average: `"macro"` (mean over labels), `"weighted"` (mean weighted by true_l), `"micro"`
            (all pairs of unit and label together) or `"samples"` (the ratio of each unit's sets of
            labels, mean over units).
        label_index: The one label to score, instead of an average.
        absent: What a mean does with a label (or unit) whose ratio is 0 / 0: `"zero"` counts it as
            0, as scikit-learn does by default, `"one"` as 1, `"skip"` leaves it out.
        threshold: Probability above which a label is predicted.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A value in `y_true` that marks a label of a unit as unknown, such as -1.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ..., num_labels)` of 0 and 1.
        y_pred: `(batch, ..., num_labels)`.

    Example:
        >>> metric = MultilabelRecall(num_labels=2)
        >>> metric.update_state([[1, 0], [1, 1]], [[2.0, 1.0], [-1.0, 3.0]])
        >>> round(float(metric.result()), 4)
        0.75
    """

    def __init__(
        self,
        num_labels: int,
        average: str = "macro",
        label_index: int | None = None,
        absent: str = "zero",
        threshold: float = 0.5,
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "multilabel_recall",
    ) -> None:
        super().__init__(
            score.MultilabelRecall(num_labels, average, label_index, absent, threshold),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
