"""How many words an answer shares with its gold answer."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import answer_f1_score as score


@keras.saving.register_keras_serializable(package="ftkeras")
class AnswerF1Score(HostMetric):
    """`scores/answer_f1_score.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        no_answer: Whether an empty text says that there is no answer, as in SQuAD 2.0: such an
            answer scores 1 when the gold answer is empty too. Without it, it scores 0.
        name: Name in logs.

    Shapes:
        y_true: one gold answer a question, or a list of several.
        y_pred: one text a question.

    Example:
        >>> metric = AnswerF1Score()
        >>> metric.update_state([["the Eiffel Tower", "Paris"]], ["tower"])
        >>> round(metric.result(), 4)
        0.6667
    """

    def __init__(
        self,
        no_answer: bool = False,
        name: str = "answer_f1_score",
    ) -> None:
        super().__init__(score.AnswerF1Score(no_answer), name)
