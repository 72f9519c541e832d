"""ROUGE-L: the longest common subsequence of a summary and its reference."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import rouge_l as score


@keras.saving.register_keras_serializable(package="ftkeras")
class RougeL(HostMetric):
    """`scores/rouge_l.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        measure: `"f1"`, `"precision"` or `"recall"`.
        stemmer: Whether words longer than 3 lose their endings; needs `pip install ftkeras[text]`.
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = RougeL()
        >>> metric.update_state(["the cat sat down"], ["the dog sat down"])
        >>> metric.result()
        0.75
    """

    def __init__(
        self,
        measure: str = "f1",
        stemmer: bool = False,
        name: str = "rouge_l",
    ) -> None:
        super().__init__(score.RougeL(measure, stemmer), name)
