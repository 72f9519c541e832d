"""The mean squared difference between label and prediction."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import mean_squared_error as score


@keras.saving.register_keras_serializable(package="ftkeras")
class MeanSquaredError(ScoreMetric):
    """`scores/mean_squared_error.py` as a Keras metric: formula, range and references there.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = MeanSquaredError()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.4167
    """

    def __init__(
        self,
        num_outputs: int = 1,
        name: str = "mean_squared_error",
    ) -> None:
        super().__init__(
            score.MeanSquaredError(num_outputs),
            name=name,
        )
