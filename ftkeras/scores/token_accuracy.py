"""The share of tokens whose tag was predicted right, without padding."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class TokenAccuracy(Score):
    """Right tokens / tokens that are not labelled -100.

    -100 is how tokenizers mark what carries no tag: padding, special tokens, all pieces of a word
    but the first. Range [0, 1]; 1 is best. Undefined when nothing was counted. Most tokens are
    outside all entities, so look at `entity_f1_score`. Tokens of a sentence depend on each other:
    for intervals give `groups`, the sentence of each token.

    Args:
        num_classes: Number of tags.

    Example:
        >>> TokenAccuracy(3)([0, 2, -100], [[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
        0.5
    """

    direction: ClassVar[str] = "max"

    num_classes: int = 2

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Tags and logits; -100 is left out."""
        return Classification(self.num_classes, ignore_label=-100)

    @property
    def counts(self) -> ClassTallies:
        """How often each tag was right, true and predicted."""
        return ClassTallies(self.num_classes)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns right / all; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (right tokens, tokens); no `proportion`, for tokens are not independent."""
        return xp.sum(counts[..., 0, :], axis=-1), xp.sum(counts[..., 1, :], axis=-1)
