"""BLEU: how many n-grams of a translation its references have too."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores import _bleu
from ftkeras.scores.counts.ngram_matches import NgramMatches
from ftkeras.scores.inputs.objects import Objects


@dataclass(frozen=True)
class Bleu(Score):
    """100 min(1, exp(1 - r / c)) (p_1 ... p_N)^(1/N) of a whole corpus.

    p_n is matching n-grams / n-grams of the translations, r and c the tokens of the (nearest)
    references and of the translations; all are summed over sentences first, so that this is not a
    mean of sentence scores (see `sentence_bleu`). Range [0, 100]; 100 is best. 0 when no token
    matches. Undefined when all references are empty (sacrebleu returns 0 there).

    Args:
        max_order: N.
        smoothing: What an order without a match counts as. `"exp"`: 1/2 match, 1/4 for the next
            such order and so on; `"floor"`: `smoothing_value` matches (0.1); `"add-k"`:
            `smoothing_value` (1) is added to matches and n-grams of all orders but the first;
            `"none"`: 0, which makes the score 0.
        smoothing_value: See `smoothing`; `None` for the usual one.
        effective_order: Whether orders longer than every translation are left out.
        tokenizer: `"13a"` (western languages), `"char"`, or `"none"`: split at blanks.
        lowercase: Whether case is ignored.

    Example:
        >>> round(Bleu()(["The cat sat on the mat."], ["The cat sat on a mat."]), 4)
        48.8923

    References:
        Papineni et al., 2002, ACL; Post, 2018, WMT; Chen and Cherry, 2014, WMT (smoothing).
        Checked against sacrebleu.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "the references are empty"

    max_order: int = 4
    smoothing: str = "exp"
    smoothing_value: float | None = None
    effective_order: bool = False
    tokenizer: str = "13a"
    lowercase: bool = False

    def __post_init__(self) -> None:
        _bleu.check_smoothing(self.smoothing, self.smoothing_value)
        _ = self.counts

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 100]."""
        return (0.0, 100.0)

    @property
    def counts(self) -> NgramMatches:
        """Lengths, matches and n-grams."""
        return NgramMatches(self.max_order, self.tokenizer, self.lowercase)

    @property
    def inputs(self) -> Objects:
        """Texts, with one reference each or several."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the corpus score; see `Score.formula`."""
        return _bleu.bleu(counts, self.smoothing, self.smoothing_value, self.effective_order, xp)
