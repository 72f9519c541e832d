"""How many words a transcript gets wrong, per word that was said."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import word_error_rate as score


@keras.saving.register_keras_serializable(package="ftkeras")
class WordErrorRate(HostMetric):
    """`scores/word_error_rate.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = WordErrorRate()
        >>> metric.update_state(["the cat sat", "hello"], ["the bat sat there", "hello"])
        >>> metric.result()
        0.5
    """

    def __init__(
        self,
        name: str = "word_error_rate",
    ) -> None:
        super().__init__(score.WordErrorRate(), name)
