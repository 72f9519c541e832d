"""How likely a language model finds each document."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ftkeras.errors import UserError
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class LogLikelihoodSums(UnitStatistics):
    """`(2,)`: tokens, and the sum of minus their log-likelihoods.

    Args:
        ignore_label: Label of tokens that are left out.

    Example:
        >>> LogLikelihoodSums().of([5, 3, -100], [-0.5, -1.5, 0.0])
        [2.0, 2.0]
    """

    ignore_label: int = -100

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def of(self, y_true: Any, y_pred: Any) -> list[float]:
        """Returns (tokens, loss) of one document."""
        tokens, likelihoods = np.ravel(y_true), np.ravel(np.asarray(y_pred, "float64"))
        if len(tokens) != len(likelihoods):
            raise UserError(
                f"Expected one log-likelihood a token. Received: {len(likelihoods)} for "
                f"{len(tokens)} tokens of a document. Leave out of both what was not predicted."
            )
        kept = likelihoods[tokens != self.ignore_label]
        if (kept > 1e-6).any():
            raise UserError(
                "Expected natural logarithms of probabilities, which are not above 0. Received: "
                f"{kept.max()}. Take the logarithm, or give logits to `Perplexity`."
            )
        return [float(len(kept)), float(-kept.sum())]
