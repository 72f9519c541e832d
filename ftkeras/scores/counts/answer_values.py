"""How well each answer agrees with the gold answers of its question."""

import re
from collections import Counter
from dataclasses import dataclass
from string import punctuation
from typing import Any, ClassVar

from ftkeras.scores._texts import references, text
from ftkeras.scores.counts._ngrams import matches
from ftkeras.scores.counts.unit_values import UnitValues

_NO_PUNCTUATION = str.maketrans("", "", punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


@dataclass(frozen=True)
class AnswerValues(UnitValues):
    """`(3,)`: questions, answers that agree exactly, and the sum of the F1 of their words.

    Before they are compared, texts lose case, ASCII punctuation, English articles and extra
    blanks. Of several gold answers the best counts, for each value by itself.

    Args:
        no_answer: Whether an empty text says that there is no answer: see `AnswerF1Score`.

    Example:
        >>> AnswerValues().of(["the Eiffel Tower", "Paris"], "Eiffel tower, Paris")
        [1.0, 0.0, 0.8]
    """

    names: ClassVar[tuple[str, ...]] = ("exact_match", "f1")

    no_answer: bool = False

    def values(self, y_true: Any, y_pred: Any) -> tuple[float, float]:
        """Returns exact match and F1 of one answer."""
        answer = normal_words(text(y_pred))
        truths = [normal_words(truth) for truth in references(y_true)]
        return float(answer in truths), max(self._f1(truth, answer) for truth in truths)

    def _f1(self, truth: list[str], answer: list[str]) -> float:
        if self.no_answer and not (truth and answer):
            return float(truth == answer)
        shared = matches(Counter(truth), Counter(answer))
        return 2 * shared / (len(truth) + len(answer)) if shared else 0.0


def normal_words(text_: str) -> list[str]:
    """Returns the words of a text without case, ASCII punctuation and English articles.

    Example:
        >>> normal_words("The Eiffel-Tower, Paris")
        ['eiffeltower', 'paris']
    """
    return _ARTICLES.sub(" ", text_.lower().translate(_NO_PUNCTUATION)).split()
