"""How many characters a transcript gets wrong, per character that was said."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import character_error_rate as score


@keras.saving.register_keras_serializable(package="ftkeras")
class CharacterErrorRate(HostMetric):
    """`scores/character_error_rate.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = CharacterErrorRate()
        >>> metric.update_state(["kitten"], ["sitting"])
        >>> metric.result()
        0.5
    """

    def __init__(
        self,
        name: str = "character_error_rate",
    ) -> None:
        super().__init__(score.CharacterErrorRate(), name)
