"""The exponential of the mean loss of a token."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.probability_terms import ProbabilityTerms
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class Perplexity(Score):
    """exp(mean of -log p(true token)) over all tokens that are not padding.

    The mean is over tokens, not over batches or sequences, and the exponential comes last. Range
    [1, inf); 1 is best, and guessing evenly costs as much as there are tokens to choose from.
    Undefined when nothing was counted. Tokens of a sequence depend on each other: for intervals
    give `groups`, the sequence of each token.

    Args:
        num_classes: Number of tokens to choose from.

    Example:
        >>> round(Perplexity(3)([0, 2], [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), 4)
        3.0

    References:
        Jelinek et al., 1977, J. Acoust. Soc. Am. 62. Checked against SciPy.
    """

    direction: ClassVar[str] = "min"

    num_classes: int = 2

    @property
    def bounds(self) -> tuple[float, float]:
        """[1, inf)."""
        return (1.0, float("inf"))

    @property
    def inputs(self) -> Classification:
        """Tokens and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ProbabilityTerms:
        """Tokens, log loss and squared error: those of `LogLoss`."""
        return ProbabilityTerms(self.num_classes)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns exp(mean loss); see `Score.formula`."""
        return xp.exp(ratio(counts[..., 1], counts[..., 0], xp))
