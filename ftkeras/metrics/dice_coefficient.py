"""How far predicted and true regions overlap, relative to their sizes."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import dice_coefficient as score


@keras.saving.register_keras_serializable(package="ftkeras")
class DiceCoefficient(ScoreMetric):
    """`scores/dice_coefficient.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes.
        class_index: The one class to score, instead of the mean over classes.
        absent: What a mean does with classes that are neither true nor predicted: `"skip"` leaves
            them out, `"zero"` counts them as 0.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A label that marks pixels to leave out, such as 255.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` class of each pixel, also `(batch, ..., 1)`.
        y_pred: `(batch, ..., num_classes)`; with two classes also `(batch, ..., 1)`.
        sample_weight: `(batch,)`, a weight an image.

    Example:
        >>> metric = DiceCoefficient(num_classes=2)
        >>> labels = [[0, 1, 1, 1]]
        >>> logits = [[[2.0, 1.0], [0.0, 1.0], [3.0, 1.0], [0.0, 2.0]]]
        >>> metric.update_state(labels, logits)
        >>> round(float(metric.result()), 4)
        0.7333
    """

    def __init__(
        self,
        num_classes: int,
        class_index: int | None = None,
        absent: str = "skip",
        from_logits: bool = True,
        ignore_label: int | None = None,
        name: str = "dice_coefficient",
    ) -> None:
        super().__init__(
            score.DiceCoefficient(num_classes, class_index, absent),
            name=name,
            from_logits=from_logits,
            ignore_label=ignore_label,
        )
