"""Ratios of entities, overall, by type or averaged over types."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts.entity_tallies import EntityTallies
from ftkeras.scores.inputs.objects import Objects

AVERAGES = ("micro", "macro", "weighted")


@dataclass(frozen=True)
class EntityAverage(Score):
    """A ratio over entities found, true and predicted.

    Args:
        average: `"micro"` (all entities together), `"macro"` (mean over types that are true or
            predicted) or `"weighted"` (mean over types, weighted by true entities).
        types: The types there are; needed for all but micro.
        entity_type: The one type to score, instead of an average.
        scheme: How tags are read: `"conll"`, or strictly `"iob2"`, `"ioe2"`, `"iobes"`, `"bilou"`.
    """

    direction: ClassVar[str] = "max"

    average: str = "micro"
    types: tuple[str, ...] | None = None
    entity_type: str | None = None
    scheme: str = "conll"

    def __post_init__(self) -> None:
        if self.types is not None:
            object.__setattr__(self, "types", tuple(self.types))
        if self.average not in AVERAGES:
            raise UserError(
                f"Expected `average` to be one of {', '.join(AVERAGES)}. Received: "
                f"average={self.average!r}."
            )
        if self.types is None and (self.average != "micro" or self.entity_type is not None):
            raise UserError(
                "Expected `types`, the names of all types, to score them one by one. Received: "
                f"types=None, average={self.average!r}, entity_type={self.entity_type!r}."
            )
        if self.entity_type is not None and self.entity_type not in (self.types or ()):
            raise UserError(
                f"Expected `entity_type` to be one of {self.types}. Received: "
                f"entity_type={self.entity_type!r}."
            )
        _ = self.counts

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def counts(self) -> EntityTallies:
        """Entities found, true and predicted."""
        return EntityTallies(self.scheme, self.types)

    @property
    def inputs(self) -> Objects:
        """Sequences of tags."""
        return Objects(self.counts)

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) whose ratio is the score."""
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the ratio or the average of ratios; see `Score.formula`."""
        pooled = self.fraction(counts, xp)
        if pooled is not None:
            return ratio(*pooled, xp=xp)
        rows = [counts[..., row, :] for row in range(3)]
        values = ratio(*self.parts(*rows), xp=xp, otherwise=0.0)
        _, true, predicted = rows
        weights = true
        if self.average == "macro":
            weights = indicator(true + predicted > 0, true, xp)
        return ratio(xp.sum(weights * values, axis=-1), xp.sum(weights, axis=-1), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        """Returns (part, whole) for one type or all entities together, `None` for averages."""
        rows = [counts[..., row, :] for row in range(3)]
        if self.entity_type is not None and self.types is not None:
            column = self.types.index(self.entity_type)
            return self.parts(*(row[..., column] for row in rows))
        if self.average == "micro":
            return self.parts(*(xp.sum(row, axis=-1) for row in rows))
        return None
