"""The mean absolute error relative to label and prediction."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import symmetric_mean_absolute_percentage_error as score


@keras.saving.register_keras_serializable(package="ftkeras")
class SymmetricMeanAbsolutePercentageError(ScoreMetric):
    """`scores/symmetric_mean_absolute_percentage_error.py` as a Keras metric; see there.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = SymmetricMeanAbsolutePercentageError()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.2286
    """

    def __init__(
        self,
        num_outputs: int = 1,
        name: str = "symmetric_mean_absolute_percentage_error",
    ) -> None:
        super().__init__(
            score.SymmetricMeanAbsolutePercentageError(num_outputs),
            name=name,
        )
