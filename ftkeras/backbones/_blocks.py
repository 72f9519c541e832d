"""Groups of layers in order from input to output."""

import re
from collections.abc import Iterator, Mapping, Sequence

import keras

from ftkeras import graph
from ftkeras.backbones.layers.feature_levels import FeatureLevels
from ftkeras.contracts.backbone import Block

# The part of a layer's name that says which block it belongs to, in the dialects met so far:
# transformer_layer_3, block2a_expand_conv, conv2_block1_1_bn, block_4_project, stage_0_block_1.
_BLOCK = re.compile(
    r"(?<!conv)(?:^|_)((?:transformer_|encoder_|decoder_)*layers?_\d+|conv\d+_block\d+"
    r"|stack\d+_block\d+|stages?_?\d+_(?:blocks?|layers?)_?\d+"
    r"|blocks?_?\d+[a-z]?(?:_\d+(?=_|$))?|hierarchical_encoder_\d+_\d+|expanded_conv_\d+"
    r"|group_\d+_inner_layer_\d+)(?=_|$)"
)


def group(model: keras.Model, first: str = "embeddings") -> tuple[Block, ...]:
    """Groups the layers of a functional model into blocks.

    Layers whose names carry a block's name belong to it. Layers with weights in front of the first
    such block form `first`; any other joins the block before it: the last block then holds the
    final normalisation or pooler too, and "the top block" is always one that every tap runs
    through. A model without such names gets one block for each layer with weights.

    Models inside the model are looked into, and so are layers that hold a stack of blocks.

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
    named = [(name, layer) for name, layer in _named_leaves(model) if layer.weights]
    if not any(block_name(name) for name, _ in named):
        return tuple(Block(name, (layer,)) for name, layer in named)
    grouped: dict[str, list[keras.layers.Layer]] = {}
    current = first
    for name, layer in named:
        current = block_name(name) or current
        grouped.setdefault(current, []).append(layer)
    return tuple(Block(name, tuple(found)) for name, found in grouped.items())


def read_by(model: keras.Model, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Returns the blocks without layers that a model lacks, such as the pooler of a tap left out.

    Args:
        model: A model made of some layers of the blocks.
        blocks: In order from input to output.
    """
    there = {id(layer) for layer in model._flatten_layers()}
    kept = [
        Block(block.name, tuple(layer for layer in block.layers if id(layer) in there))
        for block in blocks
    ]
    return tuple(block for block in kept if block.layers)


def paired(parts: Mapping[str, Sequence[Block]]) -> tuple[Block, ...]:
    """Returns the blocks of all parts of a composition, those at one distance from the top as one.

    Args:
        parts: Name of a part -> its blocks from input to output.

    Example:
        >>> text, image = (Block("embeddings", ()), Block("top", ())), [Block("stem", ())]
        >>> [block.name for block in paired({"text": text, "image": image})]
        ['text/embeddings', 'text/top + image/stem']
    """
    deepest = max(map(len, parts.values()))
    paired = []
    for distance in range(deepest, 0, -1):
        level = {
            name: blocks[-distance] for name, blocks in parts.items() if distance <= len(blocks)
        }
        paired.append(
            Block(
                " + ".join(f"{name}/{block.name}" for name, block in level.items()),
                tuple(layer for block in level.values() for layer in block.layers),
            )
        )
    return tuple(paired)


def leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the layers of a model and of the models in it; of a SavedModel, its groups.

    A layer that holds a whole stack of blocks, as vision transformers do, gives its parts.
    """
    for _, layer in _named_leaves(model):
        yield layer


def _named_leaves(model: keras.Model) -> Iterator[tuple[str, keras.layers.Layer]]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _named_leaves(layer)
        elif isinstance(layer, FeatureLevels):
            yield from _named_leaves(layer.backbone)
        else:
            for part in getattr(layer, "variable_groups", [layer]):  # of a SavedModel
                yield from _parts(part, part.name)


def _parts(layer: keras.layers.Layer, name: str) -> Iterator[tuple[str, keras.layers.Layer]]:
    parts = graph.parts_of_stack(layer)
    if not parts:
        yield name, layer
    for part in parts:
        yield from _parts(part, part.name if part.name.startswith(name) else f"{name}_{part.name}")


def block_name(layer_name: str) -> str | None:
    """Returns the part of a layer's name that says which block it belongs to, or `None`."""
    found = _BLOCK.search(layer_name)
    return found.group(1) if found else None
