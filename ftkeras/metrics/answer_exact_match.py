"""The share of questions whose answer is one of the gold answers."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import answer_exact_match as score


@keras.saving.register_keras_serializable(package="ftkeras")
class AnswerExactMatch(HostMetric):
    """`scores/answer_exact_match.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        name: Name in logs.

    Shapes:
        y_true: one gold answer a question, or a list of several.
        y_pred: one text a question.

    Example:
        >>> metric = AnswerExactMatch()
        >>> metric.update_state([["the Eiffel Tower", "Paris"], "1889"], ["Eiffel tower", "1890"])
        >>> metric.result()
        0.5
    """

    def __init__(
        self,
        name: str = "answer_exact_match",
    ) -> None:
        super().__init__(score.AnswerExactMatch(), name)
