"""How far predictions are in the order of the labels."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import spearman_correlation as score


@keras.saving.register_keras_serializable(package="ftkeras")
class SpearmanCorrelation(ScoreMetric):
    """`scores/spearman_correlation.py` as a Keras metric: formula, range and references there.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels.
        scale: A number near their standard deviation.
        num_buckets: Buckets of labels, and of predictions; a power of two from 64 to 1024. The
            state holds the square of it.
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = SpearmanCorrelation()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        1.0
    """

    def __init__(
        self,
        num_outputs: int = 1,
        center: float = 0.0,
        scale: float = 1.0,
        num_buckets: int = 256,
        name: str = "spearman_correlation",
    ) -> None:
        super().__init__(
            score.SpearmanCorrelation(num_outputs, center, scale, num_buckets),
            name=name,
        )
