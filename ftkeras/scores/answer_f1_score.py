"""How many words an answer shares with its gold answer."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._answers import AnswerMean


@dataclass(frozen=True)
class AnswerF1Score(AnswerMean):
    """Mean over questions of 2 shared words / (words of the answer + words of the gold answer).

    The best gold answer of a question counts. Case, ASCII punctuation, the articles a, an, the and
    extra blanks do not, as in the official script of SQuAD (which prints 100 times this). Range
    [0, 1]; 1 is best. Undefined when nothing was counted. Label: a text, or a list of texts.

    Args:
        no_answer: Whether an empty text says that there is no answer, as in SQuAD 2.0: such an
            answer scores 1 when the gold answer is empty too. Without it, it scores 0.

    Example:
        >>> AnswerF1Score()([["the Eiffel Tower", "Paris"], "1889"], ["Eiffel tower", "in 1889"])
        0.8333333333333333

    References:
        Rajpurkar et al., 2016, EMNLP. Checked against the official scripts of SQuAD.
    """

    value: ClassVar[str] = "f1"

    no_answer: bool = False
