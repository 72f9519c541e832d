"""First the head, then ever more blocks from the top, as long as it pays."""

from dataclasses import dataclass

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Auto:
    """A linear probe, then stages that thaw the top 1, 2, 4, ... blocks.

    Every stage starts from the best weights so far, with a new optimizer. After each, validation
    decides (`training/stopping.py`): with a gain beyond noise the stage is kept and the next one is
    tried, otherwise its weights are taken back and training ends.

    Args:
        most_blocks: How many blocks are thawed at most; `None` allows all of them.
        epochs: Epochs a stage.
        learning_rate: Peak rate of the stages; it rises for a tenth of their steps and falls to
            zero in a line.
        layer_decay: Rate of a block over that of the block above it, in (0, 1].
        batch_size: Examples a step of a stage.
        probe_epochs: Epochs of the head alone.
        probe_learning_rate: Their rate.
        find_learning_rate: Whether each stage looks for its own rate first.
        level: Probability of going on at most, where a stage brings nothing.

    Example:
        >>> for phase in Auto(most_blocks=5).phases(blocks=7):
        ...     print(phase.freezing, phase.epochs)
        linear_probe 20
        top_blocks(count=1) 3
        top_blocks(count=2) 3
        top_blocks(count=4) 3
        top_blocks(count=5) 3
    """

    most_blocks: int | None = None
    epochs: int = 3
    learning_rate: float = 3e-5
    layer_decay: float = 0.9
    batch_size: int = 32
    probe_epochs: int = 20
    probe_learning_rate: float = 1e-3
    find_learning_rate: bool = False
    level: float = 0.05

    def __post_init__(self) -> None:
        most = self.most_blocks
        if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
            raise UserError(
                f"Expected `most_blocks` to be an integer >= 1. Received: most_blocks={most!r}. "
                "Use --phase=linear_probe to thaw none."
            )
        if isinstance(self.level, bool) or not isinstance(self.level, float | int):
            raise UserError(f"Expected `level` to be in (0, 1). Received: level={self.level!r}.")
        if not 0 < self.level < 1:
            raise UserError(f"Expected `level` to be in (0, 1). Received: level={self.level!r}.")
        self.phases(blocks=1)  # the settings that phases have are checked there

    def phases(self, blocks: int) -> list[Phase]:
        """Returns the probe and all stages that there may be.

        Args:
            blocks: How many blocks the backbone has.
        """
        probe = Phase(
            Call("linear_probe"),
            epochs=self.probe_epochs,
            learning_rate=self.probe_learning_rate,
            find_learning_rate=self.find_learning_rate,
        )
        return [probe, *(self._stage(count) for count in self.counts(blocks))]

    def counts(self, blocks: int) -> list[int]:
        """Returns how many blocks each stage thaws: 1, 2, 4, ... and at last as many as it may.

        Args:
            blocks: How many blocks the backbone has.
        """
        most = blocks if self.most_blocks is None else min(self.most_blocks, blocks)
        doubled = [2**power for power in range(most.bit_length())]
        return sorted({*(count for count in doubled if count <= most), *([most] if most else [])})

    def _stage(self, count: int) -> Phase:
        return Phase(
            Call("top_blocks", {"count": count}),
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            layer_decay=self.layer_decay,
            batch_size=self.batch_size,
            schedule="linear",
            warmup=0.1,
            find_learning_rate=self.find_learning_rate,
        )
