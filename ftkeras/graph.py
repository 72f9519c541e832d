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


def inlined(model: keras.Model) -> keras.Model:
    """Returns the same functional model with the layers of models inside it in one graph.

    Where two of those layers have one name, the later one is renamed: names in a graph are unique.

    Args:
        model: A functional model; layers and weights are shared.

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
    called: list[Any] = []
    outputs = _inlined_outputs(model, inputs, called)
    _rename_repeated(called)
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


def _inlined_outputs(model: keras.Model, inputs: Any, called: list[Any]) -> Any:
    def call(operation: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        masks = tree.flatten(keywords.get("mask"))
        opaque = keywords.get("training") is not None or any(mask is not None for mask in masks)
        plain = isinstance(operation, Functional) and type(operation).call is Functional.call
        if plain and not opaque and len(arguments) == 1:
            return _inlined_outputs(operation, arguments[0], called)
        called.append(operation)
        return operation(*arguments, **keywords)

    return model._run_through_graph(inputs, call_fn=call)
