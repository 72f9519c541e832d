"""Functional models cut in two: what is frozen below, what moves above."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import tree

# Neither is exported by Keras; ftkeras is held to the versions that have them.
from keras.src.models.functional import Functional
from keras.src.ops.node import Node


@dataclass(frozen=True)
class Halves:
    """A model as two models on the same layers.

    Args:
        frozen: The model's inputs -> a list of the tensors that cross the cut; `None` when nothing
            with weights lies below it.
        moving: A dictionary of the crossing tensors and of those inputs of the model that are used
            above the cut -> the model's output.
        crossing: Names of the crossing tensors in `moving`, in the order of `frozen`.
        passed: Names of the model's inputs that `moving` takes, too.
    """

    frozen: keras.Model | None
    moving: keras.Model
    crossing: tuple[str, ...]
    passed: tuple[str, ...]


# Layers of KerasHub that hold all blocks of a network, or of one stage of it.
_STACKS = ("Encoder", "Stage")
# What they give depends on the size of their input alone, which is known: constants, then.
_OF_SIZES = ("DINOV3RopePositionEmbedding",)


def parts_of_stack(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Returns the parts of a layer that holds a whole stack of blocks; of any other, none.

    Vision transformers of KerasHub are one layer with a list of blocks in it, and run them in turn.

    Args:
        layer: A layer that is built.

    Returns:
        The layers in it that have weights, in order; together they have all of its weights.

    Example:
        >>> parts_of_stack(keras.layers.Dense(3))
        []
    """
    lists = [value for name, value in vars(layer).items() if name[0] != "_" and _is_layers(value)]
    if not type(layer).__name__.endswith(_STACKS) or not lists:
        return []
    parts = [part for part in layer._layers if part.weights]
    covered = {id(weight) for part in parts for weight in part.weights}
    return parts if covered == {id(weight) for weight in layer.weights} else []


def _is_layers(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(x, keras.layers.Layer) for x in value)


def inlined(model: keras.Model, open_stacks: bool = False) -> keras.Model:
    """Returns the same functional model with the layers of models inside it in one graph.

    Where two of those layers have one name, the later one is renamed: names in a graph are unique.

    Args:
        model: A functional model; layers and weights are shared.
        open_stacks: Whether the blocks inside a layer that holds a stack of them, as vision
            transformers do, are put in its place, too. Such a graph can be cut between any two of
            them and trained, but not saved: KerasHub saves such layers as wholes alone.

    Example:
        >>> first, second = keras.Input((2,)), keras.Input((2,))
        >>> inner = keras.Model(first, keras.layers.Dense(3)(first))
        >>> outer = keras.Model(second, inner(second))
        >>> len(outer.layers), [type(layer).__name__ for layer in inlined(outer).layers]
        (2, ['InputLayer', 'Dense'])
    """
    inputs = tree.map_structure(
        lambda x: keras.Input(batch_shape=x.shape, dtype=x.dtype, name=x.name), model.input
    )
    outputs = _inlined_outputs(model, inputs, open_stacks)
    called = _operations_below(outputs)
    _rename_repeated(called)
    if open_stacks and any(_opens(operation) for operation in called):  # a stage of a stack
        return inlined(keras.Model(inputs, outputs, name=model.name), open_stacks)
    return keras.Model(inputs, outputs, name=model.name)


def applied(model: keras.Model, inputs: Any) -> Any:
    """Calls the layers of a functional model one by one on other inputs; returns its outputs.

    What comes out can be tapped and cut like the model's own; layers and weights are shared.

    Args:
        model: A functional model.
        inputs: Tensors in the structure of its inputs.

    Example:
        >>> given = keras.Input((2,))
        >>> model = keras.Model(given, keras.layers.Dense(3)(given))
        >>> first, second = keras.Input((2,)), keras.Input((2,))
        >>> both = keras.Model([first, second], [applied(model, x) for x in (first, second)])
        >>> len(both.weights)
        2
    """
    return model._run_through_graph(inputs, call_fn=lambda layer, *args, **kw: layer(*args, **kw))


def cut(model: keras.Model) -> Halves:
    """Cuts a model at the deepest place below which no weight is trainable.

    Below the cut is everything that no trainable weight has a say in; above it everything else.
    Operations without weights that read nothing but inputs (casts of a mask) are done above, rather
    than have their results cross.

    Args:
        model: A functional model without models inside it, from `inlined`.
    """
    kinds = _Kinds(model)
    crossing = kinds.crossing
    if not crossing:
        return Halves(None, model, (), ())
    frozen = keras.Model(model.input, crossing, name="frozen")
    passed = kinds.passed
    names = tuple(f"crossing_{index}" for index in range(len(crossing)))
    sources = {**dict(zip(names, crossing, strict=True)), **{x.name: x for x in passed}}
    inputs = {
        name: keras.Input(batch_shape=x.shape, dtype=x.dtype, name=name)
        for name, x in sources.items()
    }
    known = {id(x): inputs[name] for name, x in sources.items()}
    for node in nodes(model):
        ready = all(id(x) in known for x in node.input_tensors)
        if ready and id(node.outputs[0]) not in known and kinds.of(node) != "frozen":
            arguments, keywords = node.arguments.fill_in(known)
            made = node.operation(*arguments, **keywords)
            known.update({id(x): y for x, y in zip(node.outputs, tree.flatten(made), strict=True)})
    output = tree.map_structure(lambda x: known[id(x)], model.output)
    moving = keras.Model(inputs, output, name="moving")
    return Halves(frozen, moving, names, tuple(x.name for x in passed))


def joined(halves: Halves, model: keras.Model) -> keras.Model:
    """Returns the whole again, its frozen half always in inference mode, dropout included.

    Args:
        halves: From `cut`.
        model: What was cut.
    """
    if halves.frozen is None:
        return model
    inputs = tree.map_structure(
        lambda x: keras.Input(batch_shape=x.shape, dtype=x.dtype, name=x.name), model.input
    )
    by_name = {x.name: x for x in tree.flatten(inputs)}
    crossing = tree.flatten(_Inference(halves.frozen, name="inference")(inputs))
    given = {
        **dict(zip(halves.crossing, crossing, strict=True)),
        **{name: by_name[name] for name in halves.passed},
    }
    return keras.Model(inputs, halves.moving(given), name="joined")


def outputs_of(model: keras.Model, groups: Sequence[Sequence[keras.layers.Layer]]) -> list[Any]:
    """Returns the last tensor that each group of layers gives; `None` for one that is not called.

    Args:
        model: A functional model without models inside it.
        groups: Layers of it.
    """
    last: dict[int, Any] = {}
    for node in nodes(model):
        # A group may name layers inside a layer of the graph.
        is_layer = isinstance(node.operation, keras.layers.Layer)
        inner = {id(x) for x in node.operation._flatten_layers()} if is_layer else set()
        for index, layers in enumerate(groups):
            if any(id(layer) in inner for layer in layers):
                last[index] = node.outputs[0]
    return [last.get(index) for index in range(len(groups))]


class _Inference(keras.layers.Layer):
    """Runs a model in inference mode; the `training` that Keras hands down would win otherwise."""

    def __init__(self, model: keras.Model, name: str) -> None:
        super().__init__(name=name, dtype=model.dtype_policy)
        self.model = model

    def call(self, inputs: Any) -> Any:
        return self.model(inputs, training=False)

    def compute_output_spec(self, inputs: Any) -> Any:
        return self.model.compute_output_spec(inputs)


class _FirstOutput(keras.layers.Layer):
    """The states a block gives, without the scores beside them: `None`, which no graph can hold."""

    def __init__(self, block: keras.layers.Layer, name: str) -> None:
        super().__init__(name=name, dtype=block.dtype_policy)
        self.block = block
        self.built = True

    def call(self, inputs: Any) -> Any:
        return self.block(inputs)[0]

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor(inputs.shape, self.compute_dtype)


class _Kinds:
    """What each node of a graph is: `free` (no weights below), `frozen` or `moving`."""

    def __init__(self, model: keras.Model) -> None:
        self._kind: dict[int, str] = {id(x): "free" for x in model.inputs}
        self._tensors: dict[int, Any] = {id(x): x for x in model.inputs}
        self._needs: dict[int, list[Any]] = {id(x): [x] for x in model.inputs}
        crossing: dict[int, Any] = {}
        passed: dict[int, Any] = {}
        for node in nodes(model):
            self._add(node)
            if self.of(node) != "moving":
                continue
            for x in node.input_tensors:
                if self._kind[id(x)] == "frozen":
                    crossing[id(x)] = x
                elif self._kind[id(x)] == "free":
                    passed.update({id(needed): needed for needed in self._needs[id(x)]})
        self.crossing = list(crossing.values())
        self.passed = list(passed.values())

    def of(self, node: Node) -> str:
        return self._kind[id(node.outputs[0])]

    def _add(self, node: Node) -> None:
        below = [self._kind[id(x)] for x in node.input_tensors]
        operation = node.operation
        weights = getattr(operation, "weights", [])
        if "moving" in below or getattr(operation, "trainable_variables", []):
            kind = "moving"
        elif "frozen" in below or weights:
            kind = "frozen"
        else:
            kind = "free"
        needs = {id(y): y for x in node.input_tensors for y in self._needs[id(x)]}
        for x in node.outputs:
            self._kind[id(x)] = kind
            self._needs[id(x)] = list(needs.values())


def nodes(model: keras.Model) -> Iterator[Node]:
    """The calls of a graph in an order in which they can be made."""
    by_depth = model._nodes_by_depth
    for depth in sorted(by_depth, reverse=True):
        yield from (node for node in by_depth[depth] if node.operation and not node.is_input)


def _rename_repeated(operations: Sequence[Any]) -> None:
    """Gives layers names of their own: models that stood in one model may have equal ones."""
    distinct = {id(operation): operation for operation in operations}.values()
    taken: set[str] = set()
    for index, operation in enumerate(distinct):
        if operation.name in taken:
            operation.name = f"{operation.name}_of_{index}"
        taken.add(operation.name)


def _operations_below(outputs: Any) -> list[Any]:
    """All that was called to make tensors, from the inputs on."""
    found: list[Any] = []
    seen: set[int] = set()
    waiting = [(x, False) for x in reversed(tree.flatten(outputs))]
    while waiting:
        x, ready = waiting.pop()
        operation, node_index, _ = x._keras_history
        node = operation._inbound_nodes[node_index]
        if ready:
            found.append(operation)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting += [(x, True), *((y, False) for y in reversed(node.input_tensors))]
    return found


def _inlined_outputs(model: keras.Model, inputs: Any, open_stacks: bool) -> Any:
    def call(operation: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        masks = tree.flatten(keywords.get("mask"))
        opaque = keywords.get("training") is not None or any(mask is not None for mask in masks)
        plain = isinstance(operation, Functional) and type(operation).call is Functional.call
        if plain and not opaque and len(arguments) == 1:
            return _inlined_outputs(operation, arguments[0], open_stacks)
        if open_stacks and not opaque and _opens(operation):
            return _opened(operation, *arguments, **keywords)
        return operation(*arguments, **keywords)

    return model._run_through_graph(inputs, call_fn=call)


def _opened(layer: Any, *arguments: Any, **keywords: Any) -> Any:
    """Without the layer's own `__call__`, what it calls is recorded in its place."""
    if type(layer).__name__ != "DeiTEncoder":
        return layer.call(*arguments, **keywords)
    [x] = arguments
    for block in layer.encoder_layers:
        x = _FirstOutput(block, name=f"{block.name}_states")(x)
    x = layer.layer_norm(x)
    return x, x, x  # the others are empty, and nobody reads them


def _opens(operation: Any) -> bool:
    if not isinstance(operation, keras.layers.Layer):
        return False
    if getattr(operation, "is_a_graph", False) or type(operation).__name__ in _OF_SIZES:
        return True
    return bool(parts_of_stack(operation))
