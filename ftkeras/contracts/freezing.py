"""Which weights train."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block

if TYPE_CHECKING:
    import keras


@runtime_checkable
class FreezingRule(Protocol):
    """One file in `freezing/`: built from a call string, called with the backbone's blocks."""

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks in which anything trains; all others keep every bit."""


@runtime_checkable
class ChoosesVariables(FreezingRule, Protocol):
    """A rule that trains only some variables of these blocks."""

    def trains(self, variable: "keras.Variable") -> bool:
        """Returns whether a variable trains."""


@runtime_checkable
class Adapts(FreezingRule, Protocol):
    """A rule that adds weights to these blocks while a phase lasts."""

    def adapt(self, blocks: tuple[Block, ...]) -> None:
        """Adds them; the model's answers stay as they were."""

    def merge(self, blocks: tuple[Block, ...]) -> None:
        """Takes them away again; the model's answers stay as they became."""


@runtime_checkable
class Unfolds(FreezingRule, Protocol):
    """A rule that is several phases in a row."""

    def stages(self, blocks: int, epochs: int) -> list[tuple[Call, int]]:
        """Returns freezing rule and epochs of each stage.

        Args:
            blocks: How many blocks the backbone has.
            epochs: Those of the phase.
        """
