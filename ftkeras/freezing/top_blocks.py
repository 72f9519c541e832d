"""The blocks nearest the head train."""

from dataclasses import dataclass

from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError


@dataclass(frozen=True)
class TopBlocks:
    """Trains the `count` blocks nearest the head, and the head; the rest stays frozen.

    Args:
        count: How many blocks train, at least 1.

    Example:
        >>> blocks = (Block("embeddings", ()), Block("layer_0", ()), Block("layer_1", ()))
        >>> [block.name for block in TopBlocks(count=1)(blocks)]
        ['layer_1']
    """

    count: int

    def __post_init__(self) -> None:
        if not isinstance(self.count, int) or self.count < 1:
            raise UserError(
                f"Expected `count` to be an integer >= 1. Received: count={self.count!r}. "
                "Use linear_probe to train no block."
            )

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks of the backbone that train.

        Raises:
            UserError: The backbone has fewer blocks.
        """
        if self.count > len(blocks):
            raise UserError(
                f"Expected `count` <= {len(blocks)}, the blocks of this backbone "
                f"({', '.join(block.name for block in blocks)}). Received: count={self.count}."
            )
        return blocks[-self.count :]
