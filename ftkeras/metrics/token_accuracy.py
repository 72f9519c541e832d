"""The share of tokens whose tag was predicted right, without padding."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import token_accuracy as score


@keras.saving.register_keras_serializable(package="ftkeras")
class TokenAccuracy(ScoreMetric):
    """`scores/token_accuracy.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of tags.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks tokens to leave out; padding that the model masks is left
            out by itself.
        name: Name in logs.

    Shapes:
        y_true: `(batch, time)` tags.
        y_pred: `(batch, time, num_classes)`.

    Example:
        >>> metric = TokenAccuracy(3)
        >>> metric.update_state([[0, 2, -100]], [[[2.0, 0.0, 0.0]] * 3])
        >>> float(metric.result())
        0.5
    """

    def __init__(
        self,
        num_classes: int = 2,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = -100,
        name: str = "token_accuracy",
    ) -> None:
        super().__init__(
            score.TokenAccuracy(num_classes),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
