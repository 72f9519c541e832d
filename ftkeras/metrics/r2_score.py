"""The share of the labels' spread that predictions remove."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import r2_score as score


@keras.saving.register_keras_serializable(package="ftkeras")
class R2Score(ScoreMetric):
    """`scores/r2_score.py` as a Keras metric: formula, range and references there.

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
        >>> metric = R2Score()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.7321
    """

    def __init__(
        self,
        num_outputs: int = 1,
        center: float = 0.0,
        average: str = "uniform",
        name: str = "r2_score",
    ) -> None:
        super().__init__(
            score.R2Score(num_outputs, center, average),
            name=name,
        )
