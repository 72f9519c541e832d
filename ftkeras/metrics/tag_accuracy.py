"""The share of words whose tag was predicted right; the unit is the text."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import tag_accuracy as score


@keras.saving.register_keras_serializable(package="ftkeras")
class TagAccuracy(HostMetric):
    """`scores/tag_accuracy.py` as a Keras metric: formula and range there.

    It counts on the host: see `HostMetric`; `TokenAccuracy` counts inside compiled steps.

    Args:
        name: Name in logs.

    Shapes:
        y_true: one list of tags a text.
        y_pred: one list of tags a text, of the same length.

    Example:
        >>> metric = TagAccuracy()
        >>> metric.update_state([["B-PER", "O"]], [["B-PER", "B-LOC"]])
        >>> metric.result()
        0.5
    """

    def __init__(self, name: str = "tag_accuracy") -> None:
        super().__init__(score.TagAccuracy(), name)
