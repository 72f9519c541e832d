"""The exponential of the mean loss of a token, from the log-likelihoods of whole documents."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.log_likelihood_sums import LogLikelihoodSums
from ftkeras.scores.inputs.objects import Objects


@dataclass(frozen=True)
class DocumentPerplexity(Score):
    """exp(- sum of log p(token) / tokens), both summed over documents of any length.

    The same number as `Perplexity`, from one log-likelihood a token instead of logits over all
    tokens there are, which would not fit on a disk. Documents are the units, so intervals know
    that tokens of one document depend on each other. Range [1, inf); 1 is best. Undefined when no
    token was counted.

    Args:
        ignore_label: Label of tokens that are left out, such as padding and the prompt.

    Example:
        >>> round(DocumentPerplexity()([[5, 3, -100], [7]], [[-0.5, -1.5, 0.0], [-1.0]]), 4)
        2.7183

    References:
        Jelinek et al., 1977, J. Acoust. Soc. Am. 62. Checked against `Perplexity` and NumPy.
    """

    direction: ClassVar[str] = "min"
    undefined: ClassVar[str] = "there are no tokens"

    ignore_label: int = -100

    @property
    def bounds(self) -> tuple[float, float]:
        """[1, inf)."""
        return (1.0, float("inf"))

    @property
    def counts(self) -> LogLikelihoodSums:
        """Tokens and their loss."""
        return LogLikelihoodSums(self.ignore_label)

    @property
    def inputs(self) -> Objects:
        """Tokens and their log-likelihoods, document by document."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns exp(mean loss); see `Score.formula`."""
        return xp.exp(ratio(counts[..., 1], counts[..., 0], xp))
