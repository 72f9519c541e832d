"""How many words of a text have the right tag."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftkeras.errors import UserError
from ftkeras.scores._texts import text
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class TagMatches(UnitStatistics):
    """`(2,)`: words with the right tag, and all words.

    Example:
        >>> TagMatches().of(["B-PER", "I-PER", "O"], ["B-PER", "O", "O"])
        [2, 3]
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def of(self, y_true: Any, y_pred: Any) -> list[int]:
        """Returns the counts of one text."""
        true, predicted = ([text(tag) for tag in _listed(one)] for one in (y_true, y_pred))
        if len(true) != len(predicted):
            raise UserError(
                f"Expected one predicted tag a word. Received: {len(predicted)} predicted tags and "
                f"{len(true)} true ones in a text. Leave padding out of both."
            )
        return [sum(a == b for a, b in zip(true, predicted, strict=True)), len(true)]


def _listed(tags: Any) -> Sequence[Any]:
    if isinstance(tags, str | bytes):
        raise UserError(
            f"Expected a list of tags a text. Received: the text {tags!r}. Split it into tags."
        )
    return tags
