"""The share of the labels' variance that predictions remove, whatever their offset."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import explained_variance as score


@keras.saving.register_keras_serializable(package="ftkeras")
class ExplainedVariance(ScoreMetric):
    """`scores/explained_variance.py` as a Keras metric: formula, range and references there.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels, for labels whose mean is many times their
            standard deviation: what is subtracted before squaring. It changes digits, never the
            score.
        average: `"uniform"` (mean over outputs) or `"variance_weighted"` (weighted by the variance
            of their labels).
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = ExplainedVariance()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.75
    """

    def __init__(
        self,
        num_outputs: int = 1,
        center: float = 0.0,
        average: str = "uniform",
        name: str = "explained_variance",
    ) -> None:
        super().__init__(
            score.ExplainedVariance(num_outputs, center, average),
            name=name,
        )
