"""The share of labels that are predicted wrong."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import hamming_loss as score


@keras.saving.register_keras_serializable(package="ftkeras")
class HammingLoss(ScoreMetric):
    """`scores/hamming_loss.py` as a Keras metric: formula, range and references there.

    Args:
        num_labels: Number of labels.
        threshold: Probability above which a label is predicted.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A value in `y_true` that marks a label of a unit as unknown, such as -1.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ..., num_labels)` of 0 and 1.
        y_pred: `(batch, ..., num_labels)`.

    Example:
        >>> metric = HammingLoss(num_labels=2)
        >>> metric.update_state([[1, 0], [1, 1]], [[2.0, 1.0], [-1.0, 3.0]])
        >>> round(float(metric.result()), 4)
        0.5
    """

    def __init__(
        self,
        num_labels: int,
        threshold: float = 0.5,
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "hamming_loss",
    ) -> None:
        super().__init__(
            score.HammingLoss(num_labels, threshold),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
