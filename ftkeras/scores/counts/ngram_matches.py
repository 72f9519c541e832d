"""How many n-grams of a translation its references have too."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ftkeras.errors import UserError
from ftkeras.scores._texts import references, text
from ftkeras.scores.counts._ngrams import matches, ngrams
from ftkeras.scores.counts._translation_tokens import TOKENIZERS
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class NgramMatches(UnitStatistics):
    """`(2 + 2 max_order,)`: tokens, tokens of the nearest reference, matches and n-grams by order.

    An n-gram matches as often as the reference that has it most often does; nearest in length is
    nearest to the translation, the shorter of two.

    Args:
        max_order: Longest n-grams.
        tokenizer: `"13a"` (western languages), `"char"`, or `"none"`: split at blanks.
        lowercase: Whether case is ignored.

    Example:
        >>> NgramMatches(2).of("the cat sat", "the cat ran off")
        [4, 3, 2, 1, 4, 3]
    """

    max_order: int = 4
    tokenizer: str = "13a"
    lowercase: bool = False

    def __post_init__(self) -> None:
        if self.tokenizer not in TOKENIZERS:
            raise UserError(
                f"Expected `tokenizer` to be one of {', '.join(TOKENIZERS)}. Received: "
                f"tokenizer={self.tokenizer!r}. Cut texts yourself and write 'none'."
            )
        if not isinstance(self.max_order, int) or self.max_order < 1:
            raise UserError(
                f"Expected `max_order` >= 1. Received: max_order={self.max_order!r}. 4 is usual."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2 + 2 max_order,)`."""
        return (2 + 2 * self.max_order,)

    def of(self, y_true: Any, y_pred: Any) -> list[int]:
        """Returns the vector of one translation."""
        answer = self._tokens(text(y_pred))
        truths = [self._tokens(reference) for reference in references(y_true)]
        length = min((len(one) for one in truths), key=lambda n: (abs(n - len(answer)), n))
        found, made = [], []
        for order in range(1, self.max_order + 1):
            # The union of two counters takes the larger count of each run.
            known: Counter[Any] = Counter()
            for one in truths:
                known |= ngrams(one, order)
            found.append(matches(ngrams(answer, order), known))
            made.append(max(len(answer) - order + 1, 0))
        return [len(answer), length, *found, *made]

    def _tokens(self, text_: str) -> list[str]:
        return TOKENIZERS[self.tokenizer](text_.lower() if self.lowercase else text_)
