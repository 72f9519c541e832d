"""Variables by name."""

from collections.abc import Iterable, Iterator

import keras

from ftkeras.contracts.backbone import Block


def variables(blocks: Iterable[Block]) -> Iterator[keras.Variable]:
    """Yields every weight of some blocks that a layer would train."""
    for block in blocks:
        for layer in block.layers:
            for inner in layer._flatten_layers():
                yield from inner._trainable_variables


def containing(blocks: tuple[Block, ...], chosen: Iterable[keras.Variable]) -> tuple[Block, ...]:
    """Returns the blocks that hold any of the variables."""
    wanted = {id(variable) for variable in chosen}
    return tuple(block for block in blocks if wanted & {id(found) for found in variables((block,))})
