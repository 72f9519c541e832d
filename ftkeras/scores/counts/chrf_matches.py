"""How many runs of characters (and words) a translation shares with its reference."""

from collections import Counter
from dataclasses import dataclass
from string import punctuation
from types import ModuleType
from typing import Any

import numpy as np

from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores._texts import references, text
from ftkeras.scores.counts._ngrams import matches, ngrams
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class ChrfMatches(UnitStatistics):
    """`(orders, 3)`: n-grams of the translation, of the reference, and of both, by order.

    Of several references the one with the best score of the sentence counts (the first of equals).

    Args:
        char_order: Longest runs of characters; blanks are left out.
        word_order: Longest runs of words; 0 for none.
        beta: How much more recall weighs, to choose between references.
        lowercase: Whether case is ignored.

    Example:
        >>> ChrfMatches(char_order=2).of("a cat", "a bat")
        [4, 4, 3, 3, 3, 1]
    """

    char_order: int = 6
    word_order: int = 0
    beta: float = 2.0
    lowercase: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """`(orders, 3)`."""
        return (self.char_order + self.word_order, 3)

    def of(self, y_true: Any, y_pred: Any) -> list[int]:
        """Returns the flattened counts of one translation."""
        answer = self._runs(text(y_pred))
        vectors = [self._vector(answer, self._runs(truth)) for truth in references(y_true)]
        if len(vectors) == 1:
            return vectors[0]
        tables = np.asarray(vectors, "float64").reshape(len(vectors), *self.shape)
        return vectors[int(np.argmax(np.nan_to_num(chrf(tables, self.beta, np))))]

    def _runs(self, text_: str) -> "list[Counter[Any]]":
        text_ = text_.lower() if self.lowercase else text_
        joined, words = "".join(text_.split()), []
        if self.word_order:
            words = [piece for word in text_.split() for piece in _cut_off_punctuation(word)]
        return [ngrams(joined, order) for order in range(1, self.char_order + 1)] + [
            ngrams(words, order) for order in range(1, self.word_order + 1)
        ]

    @staticmethod
    def _vector(answer: "list[Counter[Any]]", truth: "list[Counter[Any]]") -> list[int]:
        vector: list[int] = []
        for made, true in zip(answer, truth, strict=True):
            # An order too long for the reference says nothing about precision.
            vector += [made.total() if true else 0, true.total(), matches(made, true)]
        return vector


def chrf(counts: Any, beta: float, xp: ModuleType) -> Any:
    """Returns 100 F_beta of the mean precision and the mean recall over orders.

    Orders that translation or reference are too short for are left out of the means.

    Args:
        counts: `(..., orders, 3)`; see `ChrfMatches`.
        beta: How much more recall weighs.
        xp: `numpy` or `keras.ops`.
    """
    made, true, both = counts[..., 0], counts[..., 1], counts[..., 2]
    used = indicator(xp.logical_and(made > 0, true > 0), made, xp)
    orders = xp.sum(used, axis=-1)
    precision = ratio(xp.sum(used * ratio(both, made, xp, 0.0), axis=-1), orders, xp, 0.0)
    recall = ratio(xp.sum(used * ratio(both, true, xp, 0.0), axis=-1), orders, xp, 0.0)
    whole = beta**2 * precision + recall
    value = 100.0 * ratio((1 + beta**2) * precision * recall, whole, xp, 0.0)
    return xp.where(xp.sum(true, axis=-1) > 0, value, float("nan"))


def _cut_off_punctuation(word: str) -> list[str]:
    if len(word) > 1 and word[-1] in punctuation:
        return [word[:-1], word[-1]]
    if len(word) > 1 and word[0] in punctuation:
        return [word[0], word[1:]]
    return [word]
