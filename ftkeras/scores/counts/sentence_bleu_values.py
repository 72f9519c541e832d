"""The BLEU score of each sentence."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ftkeras.scores._bleu import bleu
from ftkeras.scores.counts.ngram_matches import NgramMatches
from ftkeras.scores.counts.unit_values import UnitValues


@dataclass(frozen=True)
class SentenceBleuValues(UnitValues):
    """`(2,)`: sentences, and the sum of their scores; an empty reference scores 0.

    Args:
        matches: What is counted in each sentence.
        smoothing: See `Bleu`.
        smoothing_value: See `Bleu`.
        effective_order: See `Bleu`.

    Example:
        >>> SentenceBleuValues(NgramMatches(), "exp", None, True).of("a cat", "a cat")
        [1.0, 100.0]
    """

    names: ClassVar[tuple[str, ...]] = ("bleu",)

    matches: NgramMatches
    smoothing: str
    smoothing_value: float | None
    effective_order: bool

    def values(self, y_true: Any, y_pred: Any) -> list[float]:
        """Returns the score of one sentence."""
        counts = np.asarray(self.matches.of(y_true, y_pred), "float64")
        found = bleu(counts, self.smoothing, self.smoothing_value, self.effective_order, np)
        return [float(np.nan_to_num(found))]
