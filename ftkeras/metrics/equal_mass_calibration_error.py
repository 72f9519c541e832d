"""How far predicted probabilities are from the frequencies they promise, in bins equally full."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import equal_mass_calibration_error as score


@keras.saving.register_keras_serializable(package="ftkeras")
class EqualMassCalibrationError(ScoreMetric):
    """`scores/equal_mass_calibration_error.py` as a Keras metric: formula and references there.

    Args:
        num_classes: Number of classes; 2 is binary.
        num_bins: Number of bins.
        num_buckets: Score buckets, a power of two.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = EqualMassCalibrationError(num_bins=1)
        >>> metric.update_state([0, 1], [0.0, 0.0])
        >>> round(float(metric.result()), 4)
        0.0
    """

    def __init__(
        self,
        num_classes: int = 2,
        num_bins: int = 15,
        num_buckets: int = 2**14,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "equal_mass_calibration_error",
    ) -> None:
        super().__init__(
            score.EqualMassCalibrationError(num_classes, num_bins, num_buckets),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
