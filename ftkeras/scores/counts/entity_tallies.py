"""How many entities were found, are true and were predicted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ftkeras.errors import UserError
from ftkeras.scores._texts import text
from ftkeras.scores.counts.entity_spans import PREFIXES, spans
from ftkeras.scores.counts.unit_statistics import UnitStatistics


@dataclass(frozen=True)
class EntityTallies(UnitStatistics):
    """`(3, types)`: entities found, true and predicted, by type, or all in one column.

    An entity is found when its type, its first and its last token are all right.

    Args:
        scheme: `"conll"`, `"iob2"`, `"ioe2"`, `"iobes"` or `"bilou"`.
        types: The types there are; `None` counts all together.

    Example:
        >>> EntityTallies().of(["B-PER", "I-PER", "O"], ["B-PER", "O", "B-LOC"])
        [0, 1, 2]
    """

    scheme: str = "conll"
    types: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.scheme not in PREFIXES:
            raise UserError(
                f"Expected `scheme` to be one of {', '.join(PREFIXES)}. Received: "
                f"scheme={self.scheme!r}."
            )
        if self.types is not None and (not self.types or len({*self.types}) < len(self.types)):
            raise UserError(
                f"Expected `types` to name each type once. Received: types={self.types!r}. Write "
                "('PER', 'LOC'), say."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3, types)`."""
        return (3, 1 if self.types is None else len(self.types))

    def of(self, y_true: Any, y_pred: Any) -> list[int]:
        """Returns the flattened counts of one sentence."""
        tags = [[text(tag) for tag in _sequence(one)] for one in (y_true, y_pred)]
        if len(tags[0]) != len(tags[1]):
            raise UserError(
                f"Expected one predicted tag a token. Received: {len(tags[1])} predicted tags and "
                f"{len(tags[0])} true ones in a sentence. Leave padding out of both."
            )
        true, predicted = (spans(one, self.scheme) for one in tags)
        groups = (true & predicted, true, predicted)
        if self.types is None:
            return [len(group) for group in groups]
        return [
            count
            for group in groups
            for count in np.bincount(
                [self._column(type_) for type_, *_ in group], minlength=len(self.types)
            ).tolist()
        ]

    def _column(self, type_: str) -> int:
        types = self.types or ()
        if type_ not in types:
            raise UserError(
                f"Expected only entities of the `types` {', '.join(types)}. Received: {type_!r}. "
                "Name it among them."
            )
        return types.index(type_)


def _sequence(tags: Any) -> Sequence[Any]:
    if isinstance(tags, str | bytes):
        raise UserError(
            f"Expected a list of tags a sentence. Received: the text {tags!r}. Split it into tags."
        )
    return tags
