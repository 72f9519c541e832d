"""One block after the other is thawed, from the head down."""

from dataclasses import dataclass

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError

_MOMENTS = ("schedule", "stalled")


@dataclass(frozen=True)
class Gradual:
    """Trains the top block, then the two top blocks and so on; each stage is a phase of its own.

    Every stage starts from the best weights so far, with a new optimizer and its own schedule, and
    is taken back if it brought nothing.

    Args:
        when: `schedule` thaws the next block after `every` epochs; the last stage has what is left
            of the phase's epochs. `stalled` thaws it when validation has not become better for the
            phase's `patience` epochs, or after all of its epochs, stage by stage.
        every: Epochs a stage, for `schedule`.
        most: How many blocks are thawed at last; `None` thaws all.

    Example:
        >>> for rule, epochs in Gradual(every=2).stages(blocks=3, epochs=7):
        ...     print(rule, epochs)
        top_blocks(count=1) 2
        top_blocks(count=2) 2
        top_blocks(count=3) 3

    References:
        Howard and Ruder, 2018, ACL, section 3.3.
    """

    when: str = "schedule"
    every: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        if self.when not in _MOMENTS:
            raise UserError(
                f"Expected `when` to be one of {', '.join(_MOMENTS)}. Received: when={self.when!r}."
            )
        for name in ("every", "most"):
            value = getattr(self, name)
            optional = name == "most" and value is None
            if not optional and (not isinstance(value, int) or value < 1):
                raise UserError(
                    f"Expected `{name}` to be an integer >= 1. Received: {name}={value!r}."
                )

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks that train at last."""
        return blocks[-self._last(len(blocks)) :]

    def stages(self, blocks: int, epochs: int) -> list[tuple[Call, int]]:
        """Returns freezing rule and epochs of each stage.

        Args:
            blocks: How many blocks the backbone has.
            epochs: Those of the phase.
        """
        last = self._last(blocks)
        if self.when == "stalled":
            return [(_top(count), epochs) for count in range(1, last + 1)]
        last = min(last, -(-epochs // self.every))
        lasting = [self.every] * (last - 1)
        return [
            (_top(count), each)
            for count, each in enumerate([*lasting, epochs - sum(lasting)], start=1)
        ]

    def _last(self, blocks: int) -> int:
        return blocks if self.most is None else min(self.most, blocks)


def _top(count: int) -> Call:
    return Call("top_blocks", {"count": count})
