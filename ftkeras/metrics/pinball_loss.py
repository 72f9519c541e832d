"""What a predicted quantile costs."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import pinball_loss as score


@keras.saving.register_keras_serializable(package="ftkeras")
class PinballLoss(ScoreMetric):
    """`scores/pinball_loss.py` as a Keras metric: formula, range and references there.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        quantile: Which quantile is predicted; 0.5 is the median, and half the absolute error.
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = PinballLoss()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        0.25
    """

    def __init__(
        self,
        num_outputs: int = 1,
        quantile: float = 0.5,
        name: str = "pinball_loss",
    ) -> None:
        super().__init__(
            score.PinballLoss(num_outputs, quantile),
            name=name,
        )
