"""Only the head trains."""

from dataclasses import dataclass

from ftkeras.contracts.backbone import Block


@dataclass(frozen=True)
class LinearProbe:
    """Freezes the whole backbone, BatchNorm statistics included; only the head trains.

    Example:
        >>> LinearProbe()((Block("embeddings", ()), Block("layer_0", ())))
        ()
    """

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks of the backbone that train: none."""
        return ()
