"""How linearly labels and predictions go along."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import pearson_correlation as score


@keras.saving.register_keras_serializable(package="ftkeras")
class PearsonCorrelation(ScoreMetric):
    """`scores/pearson_correlation.py` as a Keras metric: formula, range and references there.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels, for labels whose mean is many times their
            standard deviation: what is subtracted before squaring. It changes digits, never the
            score.
        name: Name in logs.

    Shapes:
        y_true: `(batch,)` or `(batch, ..., num_outputs)`.
        y_pred: The same.

    Example:
        >>> metric = PearsonCorrelation()
        >>> metric.update_state([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        >>> round(float(metric.result()), 4)
        1.0
    """

    def __init__(
        self,
        num_outputs: int = 1,
        center: float = 0.0,
        name: str = "pearson_correlation",
    ) -> None:
        super().__init__(
            score.PearsonCorrelation(num_outputs, center),
            name=name,
        )
