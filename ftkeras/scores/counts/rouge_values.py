"""ROUGE of each text: shared n-grams, or longest common subsequences."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ftkeras.scores._bit_parallel import common_subsequence
from ftkeras.scores._texts import references, text
from ftkeras.scores.counts._ngrams import matches, ngrams
from ftkeras.scores.counts._rouge_union import union_hits
from ftkeras.scores.counts._rouge_words import rouge_words
from ftkeras.scores.counts.unit_values import UnitValues


@dataclass(frozen=True)
class RougeValues(UnitValues):
    """`(4,)`: texts, and the sums of their precision, recall and F1.

    Words are runs of a-z and 0-9 in lower case. Of several references the one with the best F1
    counts (the first of equals).

    Args:
        order: Length of the n-grams; `None` for the longest common subsequence.
        stemmer: Whether words longer than 3 lose their endings (Porter's rules).
        by_line: Whether subsequences are looked for in each pair of lines; see `RougeLSum`.

    Example:
        >>> RougeValues(1).of("the cat sat", "the cat")
        [1.0, 1.0, 0.6666666666666666, 0.8]
    """

    names: ClassVar[tuple[str, ...]] = ("precision", "recall", "f1")

    order: int | None = 1
    stemmer: bool = False
    by_line: bool = False

    def values(self, y_true: Any, y_pred: Any) -> tuple[float, float, float]:
        """Returns precision, recall and F1 of one text."""
        answer = self._lines(text(y_pred))
        found = [self._compared(self._lines(truth), answer) for truth in references(y_true)]
        return max(found, key=lambda values: values[2])

    def _lines(self, text_: str) -> list[list[str]]:
        lines = text_.split("\n") if self.by_line else [text_]
        return [rouge_words(line, self.stemmer) for line in lines]

    def _compared(
        self, truth: list[list[str]], answer: list[list[str]]
    ) -> tuple[float, float, float]:
        shorter = 0
        if self.by_line:
            shared = union_hits(truth, answer)
        elif self.order is None:
            shared = common_subsequence(truth[0], answer[0])
        else:
            shared = matches(ngrams(truth[0], self.order), ngrams(answer[0], self.order))
            shorter = self.order - 1
        precision = shared / max(sum(map(len, answer)) - shorter, 1)
        recall = shared / max(sum(map(len, truth)) - shorter, 1)
        f1 = 2 * precision * recall / (precision + recall) if shared else 0.0
        return precision, recall, f1
