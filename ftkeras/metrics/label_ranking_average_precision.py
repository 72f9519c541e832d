"""How many of the labels ranked above a true one are true themselves."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import label_ranking_average_precision as score


@keras.saving.register_keras_serializable(package="ftkeras")
class LabelRankingAveragePrecision(ScoreMetric):
    """`scores/label_ranking_average_precision.py` as a Keras metric; formula and references there.

    Args:
        num_labels: Number of labels.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A value in `y_true` that marks a label of a unit as unknown, such as -1.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ..., num_labels)` of 0 and 1.
        y_pred: `(batch, ..., num_labels)`.

    Example:
        >>> metric = LabelRankingAveragePrecision(num_labels=2)
        >>> metric.update_state([[1, 0], [1, 1]], [[2.0, 1.0], [-1.0, 3.0]])
        >>> round(float(metric.result()), 4)
        1.0
    """

    def __init__(
        self,
        num_labels: int,
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "label_ranking_average_precision",
    ) -> None:
        super().__init__(
            score.LabelRankingAveragePrecision(num_labels),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
