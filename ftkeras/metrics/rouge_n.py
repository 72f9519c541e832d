"""ROUGE-N: how many n-grams of words a summary shares with its reference."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import rouge_n as score


@keras.saving.register_keras_serializable(package="ftkeras")
class RougeN(HostMetric):
    """`scores/rouge_n.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        order: n: 1 is ROUGE-1, 2 is ROUGE-2.
        measure: `"f1"`, `"precision"` or `"recall"`.
        stemmer: Whether words longer than 3 lose their endings; needs `pip install ftkeras[text]`.
        name: Name in logs.

    Shapes:
        y_true: one text a unit, or a list of several references.
        y_pred: one text a unit.

    Example:
        >>> metric = RougeN()
        >>> metric.update_state(["the cat sat"], ["The cat!"])
        >>> metric.result()
        0.8
    """

    def __init__(
        self,
        order: int = 1,
        measure: str = "f1",
        stemmer: bool = False,
        name: str = "rouge_n",
    ) -> None:
        super().__init__(score.RougeN(order, measure, stemmer), name)
