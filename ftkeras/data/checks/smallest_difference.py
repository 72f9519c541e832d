"""The smallest difference between two models that the test part can show."""

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.stats import norm

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.errors import UserError
from ftkeras.message import message

_LEVEL = 0.05
_POWER = 0.8


@dataclass(frozen=True)
class SmallestDifference:
    """Says how much better a model must be for a paired test to notice in four cases of five.

    Two models that disagree on a share d of n test examples and whose accuracies differ by x are
    told apart by McNemar's test (two-sided, level .05) with power .8 when

        x sqrt(n) = z(.975) sqrt(d) + z(.8) sqrt(d - x^2)

    Args:
        disagreement: The share d of test examples on which just one of the two models is right.
        too_large: A larger smallest difference is a warning.

    Example:
        >>> round(smallest_difference(506, disagreement=0.1), 3)
        0.039

    References:
        Connor, 1987, Biometrics 43, p. 207 (the sample size of McNemar's test).
    """

    disagreement: float = 0.1
    too_large: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.disagreement <= 1:
            raise UserError(
                f"Expected `disagreement` in (0, 1]. Received: disagreement={self.disagreement!r}."
            )

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns one note or warning about the test part; nothing without a split or classes."""
        if split is None or dataset.label_kind != "classes":
            return []
        count = len(split.test)
        smallest = smallest_difference(count, self.disagreement)
        if math.isnan(smallest):
            told = message(
                "{count:,} test examples can show no difference in accuracy, if two models "
                "disagree on {share:.0%} of the examples.",
                count=count,
                share=self.disagreement,
            )
        else:
            told = message(
                "{count:,} test examples show differences in accuracy of {smallest:.1f} points and "
                "more, if two models disagree on {share:.0%} of the examples; smaller ones look "
                "like chance.",
                count=count,
                smallest=100 * smallest,
                share=self.disagreement,
            )
        if smallest <= self.too_large:
            return [Finding("smallest_difference", "note", told, message("Nothing to do."), count)]
        action = message("Use more test examples, or cross-validate.")
        return [Finding("smallest_difference", "warning", told, action, count)]


def smallest_difference(count: int, disagreement: float) -> float:
    """Returns x of the formula above; NaN when even x = d is too small to be noticed.

    Args:
        count: Test examples n.
        disagreement: Share d.
    """

    def surplus(difference: float) -> float:
        noise = norm.ppf(1 - _LEVEL / 2) * math.sqrt(disagreement) + norm.ppf(_POWER) * math.sqrt(
            max(disagreement - difference**2, 0.0)
        )
        return difference * math.sqrt(count) - noise

    if surplus(disagreement) < 0:
        return math.nan
    return float(brentq(surplus, 0.0, disagreement))
