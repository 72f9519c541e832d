"""Small matrices beside the large ones train."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Lora:
    """Trains a matrix of low rank beside each kernel W, and the head: `W + (alpha / rank) A B`.

    Keras' own `enable_lora`, on the layers whose name is one of `layers`. A starts random, B at
    zero, so nothing changes before the first step. When the phase ends, A B is added to W and A and
    B are gone: the saved model has the size, the speed and the layers that it had.

    Args:
        rank: Columns of A and rows of B, at least 1.
        alpha: Weight of the product; `None` takes `rank`, so that the factor is 1.
        layers: Names of the layers; those of attention's queries and values, as in the paper.

    Example:
        >>> import keras
        >>> query = keras.layers.Dense(8, name="query")
        >>> query.build((None, 8))
        >>> rule = Lora(rank=2)
        >>> rule.adapt((Block("only", (query,)),))
        >>> [v.name for v in query.weights if rule.trains(v)]
        ['lora_kernel_a', 'lora_kernel_b']

    References:
        Hu et al., 2022, ICLR, section 4.1.
    """

    rank: int = 8
    alpha: float | None = None
    layers: Sequence[str] = ("query", "value")

    def __post_init__(self) -> None:
        if not isinstance(self.rank, int) or self.rank < 1:
            raise UserError(f"Expected `rank` to be an integer >= 1. Received: rank={self.rank!r}.")
        if self.alpha is not None and (
            not isinstance(self.alpha, int | float) or not self.alpha > 0
        ):
            raise UserError(f"Expected `alpha` > 0 or None. Received: alpha={self.alpha!r}.")

    def __call__(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Returns the blocks that have such layers.

        Raises:
            UserError: There is none; the message names layers that can be adapted.
        """
        chosen = tuple(block for block in blocks if any(self._adapted((block,))))
        if not chosen:
            names = sorted({layer.name for layer in _adaptable(blocks)})
            raise UserError(
                f"Expected `layers` to name layers of this backbone that have a kernel: "
                f"{', '.join(names[:20]) or 'it has none'}. Received: layers={self.layers!r}."
            )
        return chosen

    def trains(self, variable: "keras.Variable") -> bool:
        """Returns whether it is one of the small matrices."""
        return variable.name.startswith("lora_")

    def adapt(self, blocks: tuple[Block, ...]) -> None:
        """Adds A and B."""
        for layer in self._adapted(blocks):
            layer.enable_lora(self.rank, lora_alpha=self.alpha)

    def merge(self, blocks: tuple[Block, ...]) -> None:
        """Adds their product to the kernels and takes them away."""
        for layer in self._adapted(blocks):
            if not layer.lora_enabled:
                continue
            layer._kernel.assign(layer.kernel)
            layer._untrack_variable(layer.lora_kernel_a)
            layer._untrack_variable(layer.lora_kernel_b)
            layer.lora_kernel_a = layer.lora_kernel_b = None
            layer.lora_enabled, layer.lora_rank = False, None
            layer._kernel.trainable = layer.trainable

    def _adapted(self, blocks: tuple[Block, ...]) -> "Iterator[keras.layers.Layer]":
        wanted = (self.layers,) if isinstance(self.layers, str) else tuple(self.layers)
        return (layer for layer in _adaptable(blocks) if layer.name in wanted)


def _adaptable(blocks: tuple[Block, ...]) -> "Iterator[keras.layers.Layer]":
    for block in blocks:
        for layer in block.layers:
            for inner in layer._flatten_layers():
                if hasattr(inner, "enable_lora") and hasattr(inner, "_kernel"):
                    yield inner
