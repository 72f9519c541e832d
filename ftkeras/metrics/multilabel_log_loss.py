"""The mean negative logarithm of the probability given to what is true of each label."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import multilabel_log_loss as score


@keras.saving.register_keras_serializable(package="ftkeras")
class MultilabelLogLoss(ScoreMetric):
    """`scores/multilabel_log_loss.py` as a Keras metric: formula, range and references there.

    Args:
        num_labels: Number of labels.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A value in `y_true` that marks a label of a unit as unknown, such as -1.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ..., num_labels)` of 0 and 1.
        y_pred: `(batch, ..., num_labels)`.

    Example:
        >>> metric = MultilabelLogLoss(num_labels=2)
        >>> metric.update_state([[1, 0]], [[0.0, 0.0]])
        >>> round(float(metric.result()), 4)
        0.6931
    """

    def __init__(
        self,
        num_labels: int,
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "multilabel_log_loss",
    ) -> None:
        super().__init__(
            score.MultilabelLogLoss(num_labels),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
