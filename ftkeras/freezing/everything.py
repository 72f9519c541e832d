"""The whole backbone trains."""

from dataclasses import dataclass

from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Everything:
    """Trains every block of the backbone, and the head: full fine-tuning.

    Example:
        >>> [block.name for block in Everything()((Block("embeddings", ()), Block("layer_0", ())))]
        ['embeddings', 'layer_0']
    """

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks of the backbone that train: all of them.

        Raises:
            UserError: The backbone can only be used frozen.
        """
        if not blocks:
            raise UserError(
                "Expected a backbone whose weights can train. Received: one without blocks, such "
                "as a SavedModel of TensorFlow 1 or a bare signature. Use linear_probe."
            )
        return blocks
