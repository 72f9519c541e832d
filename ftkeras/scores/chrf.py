"""chrF and chrF++: how many runs of characters translation and reference share."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores.counts.chrf_matches import ChrfMatches, chrf
from ftkeras.scores.inputs.objects import Objects


@dataclass(frozen=True)
class Chrf(Score):
    """100 (1 + beta^2) P R / (beta^2 P + R) of a whole corpus.

    P and R are means over n of matching character n-grams / those of the translations and of the
    references, summed over sentences first; blanks are left out. chrF++ is `word_order=2`, which
    adds n-grams of words to the means. It needs no tokenizer, so it suits languages with rich
    endings. Range [0, 100]; 100 is best. Undefined when all references are empty.

    Args:
        char_order: Longest runs of characters.
        word_order: Longest runs of words; 0 is chrF, 2 is chrF++.
        beta: How much more recall weighs than precision.
        lowercase: Whether case is ignored.

    Example:
        >>> round(Chrf()(["The cat sat."], ["The cats sat."]), 4)
        72.9292
        >>> round(Chrf(word_order=2)(["The cat sat."], ["The cats sat."]), 4)
        68.266

    References:
        Popović, 2015, WMT; Popović, 2017, WMT (chrF++). Checked against sacrebleu.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "the references are empty"

    char_order: int = 6
    word_order: int = 0
    beta: float = 2.0
    lowercase: bool = False

    def __post_init__(self) -> None:
        if self.char_order < 1 or self.word_order < 0:
            raise UserError(
                "Expected `char_order` >= 1 and `word_order` >= 0. Received: char_order="
                f"{self.char_order!r}, word_order={self.word_order!r}. 6 and 0 are usual."
            )
        if not self.beta > 0:
            raise UserError(f"Expected `beta` > 0. Received: beta={self.beta!r}. 2 is usual.")

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 100]."""
        return (0.0, 100.0)

    @property
    def counts(self) -> ChrfMatches:
        """N-grams of translations, of references and of both."""
        return ChrfMatches(self.char_order, self.word_order, self.beta, self.lowercase)

    @property
    def inputs(self) -> Objects:
        """Texts, with one reference each or several."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the corpus score; see `Score.formula`."""
        return chrf(counts, self.beta, xp)
