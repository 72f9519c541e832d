"""Precision and recall in one number, recall weighing beta times as much."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import fbeta_score as score


@keras.saving.register_keras_serializable(package="ftkeras")
class FbetaScore(ScoreMetric):
    """`scores/fbeta_score.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of classes; 2 is binary.
        beta: Weight of recall against precision; 2 favours recall, 0.5 precision.
        average: `"binary"`, `"macro"`, `"weighted"` or `"micro"`; `None` means binary with two
            classes and macro with more.
        class_index: The one class to score, instead of an average.
        absent: `"skip"` leaves classes that are neither true nor predicted out of a macro average,
            `"zero"` counts them as 0.
        threshold: Probability above which the answer is class 1; binary only.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding.
        name: Name in logs.

    Shapes:
        y_true: `(batch, ...)` or `(batch, ..., 1)` class indices.
        y_pred: `(batch, ..., num_classes)`; binary also `(batch, ..., 1)` or `(batch,)`.

    Example:
        >>> metric = FbetaScore()
        >>> metric.update_state([0, 1, 1, 1], [2.0, 1.0, 1.0, -3.0])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    def __init__(  # noqa: PLR0913 - Keras builds a metric from a flat configuration
        self,
        num_classes: int = 2,
        beta: float = 2.0,
        average: str | None = None,
        class_index: int | None = None,
        absent: str = "skip",
        threshold: float = 0.5,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "fbeta_score",
    ) -> None:
        super().__init__(
            score.FbetaScore(
                num_classes=num_classes,
                beta=beta,
                average=average,
                class_index=class_index,
                absent=absent,
                threshold=threshold,
            ),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
