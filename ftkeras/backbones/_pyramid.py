"""Feature maps of every level of a convolutional graph, found by their sizes."""

import math
from collections.abc import Iterator, Mapping

import keras
from keras.src.ops.node import Node

from ftkeras import graph as graphs
from ftkeras.backbones import _blocks

# They change sizes by margins: what they give is no level of its own.
_MARGINS = ("ZeroPadding2D", "Cropping2D")


def named(
    levels: Mapping[str, keras.KerasTensor], pixels: keras.KerasTensor
) -> dict[str, keras.KerasTensor]:
    """Names feature maps by level: at level n a place stands for about 2^n pixels.

    What KerasHub calls them does not count: its CSPNet and MiT number their stages.

    Args:
        levels: Feature maps; of several of one level the last stays.
        pixels: The images.
    """
    found = {_level(pixels, level): level for level in levels.values()}
    return {f"pyramid_P{level}": found[level] for level in sorted(found)}


def levels_of(model: keras.Model, features: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
    """Returns the last feature map of each level on the way from pixels to the last features.

    A level is left for the next by a layer that reads smaller steps than it makes. Of the tensors
    in front of it the one is taken that everything behind runs through, and that is not already
    inside the block which leaves: in EfficientNet the end of `block3b`, not the expansion that
    `block4a` begins with. Where nothing runs through one tensor (NASNet), it is the last sum or
    concatenation of the level. The last level is `features` itself.

    Args:
        model: A functional model with one input, images of known size.
        features: Its last feature map, `(batch, height, width, channels)`.

    Returns:
        `P<level>` to tensors, from level 1 on.
    """
    nodes = list(_nodes_below(model, features))
    level = _levels(nodes, model.input)
    last = level.get(id(features))
    if last is None:
        return {}
    narrow = _narrow(nodes, features)
    block = _block_names(nodes)
    found: dict[int, keras.KerasTensor] = {}
    for below in range(1, last):
        leaving = {
            block[id(node.outputs[0])]
            for node in nodes
            if _weights(node)
            and level.get(id(node.outputs[0]), 0) > below
            and any(level.get(id(x)) == below for x in node.input_tensors)
        } - {None}
        outside = [
            node
            for node in nodes
            if level.get(id(node.outputs[0])) == below
            and not _is_margin(node)
            and block[id(node.outputs[0])] not in leaving
        ]
        through = [node for node in outside if id(node.outputs[0]) in narrow]
        joining = [node for node in outside if len(node.input_tensors) > 1]
        chosen = through or joining or outside
        if chosen:
            found[below] = chosen[-1].outputs[0]
    if last >= 1:
        found[last] = features
    return {f"P{number}": tensor for number, tensor in found.items()}


def with_pyramid(model: keras.Model) -> keras.Model:
    """Returns a model with the feature maps of every level beside its other taps.

    Args:
        model: A functional model from images of known size to a dictionary with `feature_map`;
            levels that it taps stay what they are.
    """
    if any(isinstance(layer, keras.Model) for layer in model.layers) and _is_plain(model):
        model = graphs.inlined(model)
    taps = dict(model.output)
    given = {name: taps.pop(name) for name in tuple(taps) if name.startswith("pyramid_")}
    levels = {**levels_of(model, taps["feature_map"]), **given}
    return keras.Model(model.input, {**taps, **named(levels, model.input)}, name=model.name)


def _is_plain(model: keras.Model) -> bool:
    """Whether each of its layers can be saved by itself, as those of Keras can."""
    layers = [layer for layer in model._flatten_layers() if not isinstance(layer, keras.Model)]
    return all(type(layer).__module__.startswith(("keras.", "ftkeras.")) for layer in layers)


def _nodes_below(model: keras.Model, features: keras.KerasTensor) -> Iterator[Node]:
    """The calls that `features` needs, in an order in which they can be made."""
    needed = {id(features)}
    kept = []
    for node in reversed(list(graphs.nodes(model))):
        if any(id(x) in needed for x in node.outputs):
            needed |= {id(x) for x in node.input_tensors}
            kept.append(node)
    yield from reversed(kept)


def _levels(nodes: list[Node], pixels: keras.KerasTensor) -> dict[int, int]:
    """Level of each tensor with places; a margin is on the level of what it is put around."""
    found = {id(pixels): 0}
    for node in nodes:
        made = node.outputs[0]
        if _is_margin(node):
            found[id(made)] = found[id(node.input_tensors[0])]
        elif len(made.shape) == 4:
            found[id(made)] = _level(pixels, made)
    return found


def _block_names(nodes: list[Node]) -> dict[int, str | None]:
    """Block of each tensor; an activation without a name of its own belongs to what it reads."""
    found: dict[int, str | None] = {}
    for node in nodes:
        name = _blocks.block_name(node.operation.name)
        if name is None and len(node.input_tensors) == 1 and not _weights(node):
            name = found.get(id(node.input_tensors[0]))
        found[id(node.outputs[0])] = name
    return found


def _weights(node: Node) -> list[keras.Variable]:
    return getattr(node.operation, "weights", [])


def _is_margin(node: Node) -> bool:
    return type(node.operation).__name__ in _MARGINS


def _level(pixels: keras.KerasTensor, features: keras.KerasTensor) -> int:
    """Halvings from one to the other, rounded: margins make sizes shrink a little, too."""
    sizes = zip(pixels.shape[1:3], features.shape[1:3], strict=True)
    return round(sum(math.log2(whole / part) for whole, part in sizes) / 2)


def _narrow(nodes: list[Node], features: keras.KerasTensor) -> set[int]:
    """Tensors that everything behind them runs through on its way to the features."""
    place = {id(node.outputs[0]): index for index, node in enumerate(nodes)}
    last_use = dict.fromkeys(place, 0)
    for index, node in enumerate(nodes):
        for x in node.input_tensors:
            last_use[id(x)] = max(last_use.get(id(x), 0), index)
    last_use[id(features)] = len(nodes)
    found = set()
    furthest = -1  # the last reader of anything made before
    for index, node in enumerate(nodes):
        if furthest <= index:
            found.add(id(node.outputs[0]))
        furthest = max(furthest, last_use[id(node.outputs[0])])
    return found
