"""chrF and chrF++: how many runs of characters translation and reference share."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import chrf as score


@keras.saving.register_keras_serializable(package="ftkeras")
class Chrf(HostMetric):
    """`scores/chrf.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        char_order: Longest runs of characters.
        word_order: Longest runs of words; 0 is chrF, 2 is chrF++.
        beta: How much more recall weighs than precision.
        lowercase: Whether case is ignored.
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = Chrf()
        >>> metric.update_state(["The cat sat."], ["The cats sat."])
        >>> round(metric.result(), 4)
        72.9292
    """

    def __init__(
        self,
        char_order: int = 6,
        word_order: int = 0,
        beta: float = 2.0,
        lowercase: bool = False,
        name: str = "chrf",
    ) -> None:
        super().__init__(score.Chrf(char_order, word_order, beta, lowercase), name)
