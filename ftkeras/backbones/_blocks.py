"""Groups of layers in order from input to output."""

import re
from collections.abc import Iterator

import keras

from ftkeras.contracts.backbone import Block

# The part of a layer's name that says which block it belongs to, in the dialects met so far:
# transformer_layer_3, block2a_expand_conv, conv2_block1_1_bn, block_4_project, stage_0_block_1.
_BLOCK = re.compile(
    r"(?<!conv)(?:^|_)((?:transformer_|encoder_|decoder_)*layers?_\d+|conv\d+_block\d+"
    r"|stack\d+_block\d+|stages?_?\d+_(?:blocks?|layers?)_?\d+|blocks?_?\d+[a-z]?|expanded_conv_\d+"
    r"|group_\d+_inner_layer_\d+)(?=_|$)"
)


def group(model: keras.Model, first: str = "embeddings") -> tuple[Block, ...]:
    """Groups the layers of a functional model into blocks.

    Layers whose names carry a block's name belong to it. Layers with weights in front of the first
    such block form `first`; any other joins the block before it: the last block then holds the
    final normalisation or pooler too, and "the top block" is always one that every tap runs
    through. A model without such names gets one block for each layer with weights.

    Models inside the model are looked into.

    Args:
        model: A functional model.
        first: Name of the block in front.

    Returns:
        Blocks from input to output; every layer with weights is in exactly one.

    Example:
        >>> layers = [keras.Input((4,)), keras.layers.Dense(4, name="embed")]
        >>> layers += [keras.layers.Dense(4, name=f"transformer_layer_{i}") for i in range(2)]
        >>> [block.name for block in group(keras.Sequential(layers))]
        ['embeddings', 'transformer_layer_0', 'transformer_layer_1']
    """
    layers = [layer for layer in leaves(model) if layer.weights]
    if not any(block_name(layer.name) for layer in layers):
        return tuple(Block(layer.name, (layer,)) for layer in layers)
    grouped: dict[str, list[keras.layers.Layer]] = {}
    current = first
    for layer in layers:
        current = block_name(layer.name) or current
        grouped.setdefault(current, []).append(layer)
    return tuple(Block(name, tuple(found)) for name, found in grouped.items())


def leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model and of the models in it; of a SavedModel, its groups."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaves(layer)
        else:
            yield from getattr(layer, "variable_groups", [layer])  # of a SavedModel


def block_name(layer_name: str) -> str | None:
    """Returns the part of a layer's name that says which block it belongs to, or `None`."""
    found = _BLOCK.search(layer_name)
    return found.group(1) if found else None
