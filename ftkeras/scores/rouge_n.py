"""ROUGE-N: how many n-grams of words a summary shares with its reference."""

from dataclasses import dataclass

from ftkeras.errors import UserError
from ftkeras.scores._rouge import Rouge
from ftkeras.scores.counts.rouge_values import RougeValues


@dataclass(frozen=True)
class RougeN(Rouge):
    """Mean over texts of F1 (or precision, or recall) of shared n-grams.

    Words are runs of a-z and 0-9 in lower case: other scripts hold no word here.
    Of several references the one with the best F1 counts. Range [0, 1]; 1 is best. A text without
    n-grams scores 0. Undefined when nothing was counted.

    Args:
        order: n: 1 is ROUGE-1, 2 is ROUGE-2.
        measure: `"f1"`, `"precision"` or `"recall"`.
        stemmer: Whether words longer than 3 lose their endings; needs `pip install ftkeras[text]`.

    Example:
        >>> RougeN()(["the cat sat"], ["The cat!"])
        0.8
        >>> RougeN(order=2, measure="recall")(["the cat sat"], ["The cat!"])
        0.5

    References:
        Lin, 2004, Text Summarization Branches Out. Checked against rouge-score.
    """

    order: int = 1
    measure: str = "f1"
    stemmer: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.order, int) or self.order < 1:
            raise UserError(f"Expected `order` >= 1. Received: order={self.order!r}. Try 1 or 2.")

    @property
    def counts(self) -> RougeValues:
        """Texts and the sums of their values."""
        return RougeValues(self.order, self.stemmer)
