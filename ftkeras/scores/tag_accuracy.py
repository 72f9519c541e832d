"""The share of words whose tag was predicted right; the unit is the text."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.tag_matches import TagMatches
from ftkeras.scores.inputs.objects import Objects


@dataclass(frozen=True)
class TagAccuracy(Score):
    """Right words / all words, over texts.

    What `token_accuracy` counts, but of lists of tags, one list a text: intervals resample texts,
    for the words of one depend on each other. Range [0, 1]; 1 is best. Undefined without words.
    Where most words are outside all entities, look at `entity_f1_score`.

    Example:
        >>> TagAccuracy()([["B-PER", "O"], ["O"]], [["B-PER", "O"], ["B-LOC"]])
        0.6666666666666666
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "there are no words"

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def counts(self) -> TagMatches:
        """Right words and all words."""
        return TagMatches()

    @property
    def inputs(self) -> Objects:
        """Sequences of tags."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns right / all; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (right words, words)."""
        return counts[..., 0], counts[..., 1]
