"""The absolute error that a given share of units does not exceed."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import quantile_absolute_error as score


@keras.saving.register_keras_serializable(package="ftkeras")
class QuantileAbsoluteError(ScoreMetric):
    """`scores/quantile_absolute_error.py` as a Keras metric: formula, range and references there.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        quantile: Which quantile.
        num_buckets: Buckets of the error, a power of two from 2048.
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = QuantileAbsoluteError()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        1.0
    """

    def __init__(
        self,
        num_outputs: int = 1,
        quantile: float = 0.9,
        num_buckets: int = 2**15,
        name: str = "quantile_absolute_error",
    ) -> None:
        super().__init__(
            score.QuantileAbsoluteError(num_outputs, quantile, num_buckets),
            name=name,
        )
