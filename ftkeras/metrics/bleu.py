"""BLEU: how many n-grams of a translation its references have too."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import bleu as score


@keras.saving.register_keras_serializable(package="ftkeras")
class Bleu(HostMetric):
    """`scores/bleu.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        max_order: N.
        smoothing: What an order without a match counts as. `"exp"`: 1/2 match, 1/4 for the next
            such order and so on; `"floor"`: `smoothing_value` matches (0.1); `"add-k"`:
            `smoothing_value` (1) is added to matches and n-grams of all orders but the first;
            `"none"`: 0, which makes the score 0.
        smoothing_value: See `smoothing`; `None` for the usual one.
        effective_order: Whether orders longer than every translation are left out.
        tokenizer: `"13a"` (western languages), `"char"`, or `"none"`: split at blanks.
        lowercase: Whether case is ignored.
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = Bleu()
        >>> metric.update_state(["The cat sat on the mat."], ["The cat sat on a mat."])
        >>> round(metric.result(), 4)
        48.8923
    """

    def __init__(
        self,
        max_order: int = 4,
        smoothing: str = "exp",
        smoothing_value: float | None = None,
        effective_order: bool = False,
        tokenizer: str = "13a",
        lowercase: bool = False,
        name: str = "bleu",
    ) -> None:
        super().__init__(
            score.Bleu(
                max_order, smoothing, smoothing_value, effective_order, tokenizer, lowercase
            ),
            name,
        )
