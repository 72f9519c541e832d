"""ROUGE-L of summaries of several sentences, one a line."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import rouge_l_sum as score


@keras.saving.register_keras_serializable(package="ftkeras")
class RougeLSum(HostMetric):
    r"""`scores/rouge_l_sum.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        measure: `"f1"`, `"precision"` or `"recall"`.
        stemmer: Whether words longer than 3 lose their endings; needs `pip install ftkeras[text]`.
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = RougeLSum()
        >>> metric.update_state(["the cat sat\nit rained"], ["it rained\nthe cat sat"])
        >>> metric.result()
        1.0
    """

    def __init__(
        self,
        measure: str = "f1",
        stemmer: bool = False,
        name: str = "rouge_l_sum",
    ) -> None:
        super().__init__(score.RougeLSum(measure, stemmer), name)
