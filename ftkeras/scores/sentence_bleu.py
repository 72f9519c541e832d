"""The mean of the BLEU scores of single sentences."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._bleu import check_smoothing
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.ngram_matches import NgramMatches
from ftkeras.scores.counts.sentence_bleu_values import SentenceBleuValues
from ftkeras.scores.inputs.objects import Objects


@dataclass(frozen=True)
class SentenceBleu(Score):
    """Mean over sentences of `Bleu` of each alone: every sentence weighs the same.

    Range [0, 100]; 100 is best. An empty reference scores 0. Undefined when nothing was counted.

    Args:
        max_order: Longest n-grams.
        smoothing: See `Bleu`.
        smoothing_value: See `Bleu`.
        effective_order: Whether orders longer than the translation are left out.
        tokenizer: `"13a"` (western languages), `"char"`, or `"none"`: split at blanks.
        lowercase: Whether case is ignored.

    Example:
        >>> round(SentenceBleu()(["a cat sat", "hello"], ["a cat sat", "goodbye"]), 4)
        50.0

    References:
        Chen and Cherry, 2014, WMT. Checked against sacrebleu.sentence_bleu.
    """

    direction: ClassVar[str] = "max"

    max_order: int = 4
    smoothing: str = "exp"
    smoothing_value: float | None = None
    effective_order: bool = True
    tokenizer: str = "13a"
    lowercase: bool = False

    def __post_init__(self) -> None:
        check_smoothing(self.smoothing, self.smoothing_value)
        _ = self.counts

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 100]."""
        return (0.0, 100.0)

    @property
    def counts(self) -> SentenceBleuValues:
        """Sentences and the sum of their scores."""
        matches = NgramMatches(self.max_order, self.tokenizer, self.lowercase)
        return SentenceBleuValues(
            matches, self.smoothing, self.smoothing_value, self.effective_order
        )

    @property
    def inputs(self) -> Objects:
        """Texts, with one reference each or several."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (sum of the scores, sentences)."""
        return counts[..., 1], counts[..., 0]
