"""The exponential of the mean loss of a token."""

import keras

from ftkeras.metrics._score_metric import ScoreMetric
from ftkeras.scores import perplexity as score


@keras.saving.register_keras_serializable(package="ftkeras")
class Perplexity(ScoreMetric):
    """`scores/perplexity.py` as a Keras metric: formula, range and references there.

    Args:
        num_classes: Number of tokens to choose from.
        from_logits: Whether predictions are logits (else probabilities).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks tokens to leave out; padding that the model masks is left
            out by itself.
        name: Name in logs.

    Shapes:
        y_true: `(batch, time)` tokens.
        y_pred: `(batch, time, num_classes)`.

    Example:
        >>> metric = Perplexity(3, ignore_label=-100)
        >>> metric.update_state([[0, 2, -100]], [[[0.0, 0.0, 0.0]] * 3])
        >>> round(float(metric.result()), 4)
        3.0
    """

    def __init__(
        self,
        num_classes: int = 2,
        from_logits: bool = True,
        one_hot: bool = False,
        ignore_label: int | None = None,
        name: str = "perplexity",
    ) -> None:
        super().__init__(
            score.Perplexity(num_classes),
            name=name,
            from_logits=from_logits,
            one_hot=one_hot,
            ignore_label=ignore_label,
        )
