"""Edits a unit of reference length: what word and character error rate share."""

from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.edits import Edits
from ftkeras.scores.inputs.objects import Objects


class ErrorRate(Score):
    """Edits / length of the references, both summed over all units."""

    direction: ClassVar[str] = "min"
    undefined: ClassVar[str] = "the references are empty"
    of_what: ClassVar[str]

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, inf): insertions can outnumber what was said."""
        return (0.0, float("inf"))

    @property
    def counts(self) -> Edits:
        """Edits and reference length."""
        return Edits(self.of_what)

    @property
    def inputs(self) -> Objects:
        """Texts, with one reference each or several."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns edits / length; see `Score.formula`."""
        return ratio(counts[..., 0], counts[..., 1], xp)
