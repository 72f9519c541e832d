"""How many edits lead from what was said to what was heard."""

import re
from dataclasses import dataclass
from typing import Any

from ftkeras.errors import UserError
from ftkeras.scores._bit_parallel import edit_distance
from ftkeras.scores._texts import references, text
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class Edits(UnitStatistics):
    """`(2,)`: edits, and the length of the reference.

    Of several references the one with the smallest rate counts (the first of equals).

    Args:
        of_what: `"words"` or `"characters"`.

    Example:
        >>> Edits("words").of("the cat sat", "the bat sat there")
        (2, 3)
    """

    of_what: str = "words"

    def __post_init__(self) -> None:
        if self.of_what not in ("words", "characters"):
            raise UserError(
                f"Expected 'words' or 'characters'. Received: of_what={self.of_what!r}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def of(self, y_true: Any, y_pred: Any) -> tuple[int, int]:
        """Returns (edits, length of the reference)."""
        heard = self._pieces(text(y_pred))
        said = [self._pieces(reference) for reference in references(y_true)]
        found = [(edit_distance(one, heard), len(one)) for one in said]
        return min(found, key=lambda pair: pair[0] / max(pair[1], 1))

    def _pieces(self, text_: str) -> list[str]:
        if self.of_what == "characters":
            return list(text_.strip())
        # As jiwer does: a lone tab or line break is part of a word, a run of blanks is a space.
        return [word for word in re.sub(r"\s\s+", " ", text_).strip().split(" ") if word]
