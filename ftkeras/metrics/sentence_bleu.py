"""The mean of the BLEU scores of single sentences."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import sentence_bleu as score


@keras.saving.register_keras_serializable(package="ftkeras")
class SentenceBleu(HostMetric):
    """`scores/sentence_bleu.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        max_order: Longest n-grams.
        smoothing: See `Bleu`.
        smoothing_value: See `Bleu`.
        effective_order: Whether orders longer than the translation are left out.
        tokenizer: `"13a"` (western languages), `"char"`, or `"none"`: split at blanks.
        lowercase: Whether case is ignored.
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = SentenceBleu()
        >>> metric.update_state(["a cat sat"], ["a cat sat"])
        >>> metric.update_state(["hello"], ["goodbye"])
        >>> round(metric.result(), 4)
        50.0
    """

    def __init__(
        self,
        max_order: int = 4,
        smoothing: str = "exp",
        smoothing_value: float | None = None,
        effective_order: bool = True,
        tokenizer: str = "13a",
        lowercase: bool = False,
        name: str = "sentence_bleu",
    ) -> None:
        super().__init__(
            score.SentenceBleu(
                max_order, smoothing, smoothing_value, effective_order, tokenizer, lowercase
            ),
            name,
        )
