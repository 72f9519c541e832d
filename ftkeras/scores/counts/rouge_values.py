"""ROUGE of each text: shared n-grams, or the longest common subsequence."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from ftkeras.scores._bit_parallel import common_subsequence
from ftkeras.scores._texts import references, text
from ftkeras.scores.counts._ngrams import matches, ngrams
from ftkeras.scores.counts.unit_values import UnitValues


@dataclass(frozen=True)
class RougeValues(UnitValues):
    """`(4,)`: texts, and the sums of their precision, recall and F1.

    Words are runs of a-z and 0-9 in lower case. Of several references the one with the best F1
    counts (the first of equals).

    Args:
        order: Length of the n-grams; `None` for the longest common subsequence.

    Example:
        >>> RougeValues(1).of("the cat sat", "the cat")
        [1.0, 1.0, 0.6666666666666666, 0.8]
    """

    names: ClassVar[tuple[str, ...]] = ("precision", "recall", "f1")

    order: int | None = 1

    def values(self, y_true: Any, y_pred: Any) -> tuple[float, float, float]:
        """Returns precision, recall and F1 of one text."""
        answer = _words(text(y_pred))
        found = [self._compared(_words(truth), answer) for truth in references(y_true)]
        return max(found, key=lambda values: values[2])

    def _compared(self, truth: list[str], answer: list[str]) -> tuple[float, float, float]:
        if self.order is None:
            shared, shorter = common_subsequence(truth, answer), 0
        else:
            shared = matches(ngrams(truth, self.order), ngrams(answer, self.order))
            shorter = self.order - 1
        precision = shared / max(len(answer) - shorter, 1)
        recall = shared / max(len(truth) - shorter, 1)
        f1 = 2 * precision * recall / (precision + recall) if shared else 0.0
        return precision, recall, f1


def _words(text_: str) -> list[str]:
    return re.findall("[a-z0-9]+", text_.lower())
