"""What a SavedModel can be asked: its call, one of its functions, or one of its signatures."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ftkeras.backbones.saved_model.load import Loaded
from ftkeras.catalog import nearest
from ftkeras.errors import UserError

# Operations that XLA cannot compile, by their names; all that handle strings come on top.
_NO_XLA = re.compile(
    r"HashTable|LookupTable|PyFunc|EagerPyFunc|Decode|Unicode|Ragged|ParseExample|ReadFile|Regex"
    r"|SparseFillEmptyRows|SparseSegment|^Unique|^Where$|Wordpiece|Sentencepiece|String"
)
_ASSIGNS = re.compile(r"^Assign(Add|Sub)?VariableOp$")


@dataclass(frozen=True)
class Endpoint:
    """One thing that a SavedModel computes.

    Args:
        name: Of the signature or function; `__call__` for the model itself.
        function: The restored `tf.function`.
        argument_names: Of a signature, which is called by names; `None` for all others.
        specs: For each way the function was traced, what it takes.
        takes_training: Whether it has an argument `training`.
        is_reusable: Whether it can be fine-tuned: signatures and TensorFlow 1 cannot.
    """

    name: str
    function: Any
    argument_names: tuple[str, ...] | None
    specs: tuple[Any, ...]
    takes_training: bool
    is_reusable: bool

    def __call__(self, inputs: Any, training: bool, arguments: Mapping[str, Any]) -> Any:
        """Computes it; numbers are cast to what was exported."""
        given = dict(arguments)
        if self.takes_training:
            given["training"] = training
        if self.argument_names is None:
            return self.function(self._conformed(inputs), **given)
        return self.function(**self._conformed(self._by_name(inputs)), **given)

    @property
    def spec(self) -> Any:
        """What it takes: a `tf.TensorSpec`, or a dictionary of them."""
        inputs = [spec for spec in self.specs if spec is not None]
        if not inputs:
            return None
        chosen = next((spec for spec in inputs if _batch_is_open(spec)), inputs[0])
        if self.argument_names is not None and len(chosen) == 1:
            return next(iter(chosen.values()))
        return chosen

    @property
    def captured_variables(self) -> list[Any]:
        """The variables it reads, in no order that means something."""
        found = {id(v): v for graph in self._graphs() for v in getattr(graph, "variables", ())}
        return list(found.values())

    def supports_jit(self) -> bool:
        """Returns whether XLA can compile it, as far as the operations' names tell."""
        return not any(_NO_XLA.search(node.op) or _handles_text(node) for node in self._nodes())

    def updates_statistics(self) -> bool:
        """Returns whether some trace assigns to floating-point variables, as BatchNorm does."""
        return any(
            _ASSIGNS.match(node.op) and tf.as_dtype(node.attr["dtype"].type).is_floating
            for node in self._nodes()
        )

    def _graphs(self) -> Iterator[Any]:
        for traced in _traces(self.function):
            yield traced.graph

    def _nodes(self) -> Iterator[Any]:
        for graph in self._graphs():
            definition = graph.as_graph_def()
            yield from definition.node
            for function in definition.library.function:
                yield from function.node_def

    def _by_name(self, inputs: Any) -> dict[str, Any]:
        names = self.argument_names or ()
        if not isinstance(inputs, Mapping):
            inputs = {names[0]: inputs} if len(names) == 1 else {}
        if set(inputs) != set(names):
            raise UserError(
                f"Expected the inputs of the signature {self.name!r} by name: {', '.join(names)}. "
                f"Received: {', '.join(inputs) or 'one tensor'}. Give a dictionary."
            )
        return dict(inputs)

    def _conformed(self, inputs: Any) -> Any:
        for spec in self.specs:
            try:
                tf.nest.assert_same_structure(spec, inputs)
            except (ValueError, TypeError):
                continue
            return tf.nest.map_structure(_cast, spec, inputs)
        return inputs


def choose(loaded: Loaded, name: str | None) -> Endpoint:
    """Returns what to compute.

    Args:
        loaded: The SavedModel.
        name: A signature, or a function of the object such as `serve`; `None` takes the object's
            own call, else the signature `default`, `serving_default`, or the only one.

    Raises:
        UserError: It has nothing of that name.
    """
    root = loaded.root
    signatures = dict(getattr(root, "signatures", None) or {})
    own_call = None if loaded.is_tf1 else vars(root).get("__call__")
    if name is None and _traces(own_call):
        return _function(own_call, "__call__")
    if name is None:
        only = list(signatures) if len(signatures) == 1 else []
        usual = [known for known in ("default", "serving_default") if known in signatures]
        name = next(iter([*usual, *only]), None)
    function = getattr(root, name, None) if name else None
    if not loaded.is_tf1 and _traces(function):  # before a signature: it can be fine-tuned
        return _function(function, str(name))
    if name in signatures:
        return _signature(signatures[name], str(name))
    raise UserError(
        "Expected a SavedModel that can be called, or the name of one of its signatures: "
        f"{', '.join(signatures) or 'it has none'}. Received: signature={name!r}."
        f"{nearest(name or '', list(signatures))}"
    )


def _function(function: Any, name: str) -> Endpoint:
    parameters = inspect.signature(function).parameters
    return Endpoint(
        name=name,
        function=function,
        argument_names=None,
        specs=tuple(_first_argument(traced) for traced in _traces(function)),
        takes_training="training" in parameters,
        is_reusable=True,
    )


def _signature(function: Any, name: str) -> Endpoint:
    spec = function.structured_input_signature[1]
    return Endpoint(
        name=name,
        function=function,
        argument_names=tuple(spec),
        specs=(spec,),
        takes_training=False,
        is_reusable=False,
    )


def _traces(function: Any) -> list[Any]:
    """The concrete functions; under a strategy each hides in a wrapper."""
    if hasattr(function, "structured_input_signature"):
        return [getattr(function, "_concrete_function", function)]
    restored = getattr(function, "concrete_functions", None) or []
    return [getattr(traced, "_concrete_function", traced) for traced in restored]


def _first_argument(traced: Any) -> Any:
    positional, named = traced.structured_input_signature
    if positional:
        return positional[0]
    return next((spec for key, spec in named.items() if key != "training"), None)


def _batch_is_open(spec: Any) -> bool:
    shapes = [leaf.shape for leaf in tf.nest.flatten(spec) if hasattr(leaf, "shape")]
    return all(shape.rank is None or (shape.rank > 0 and shape[0] is None) for shape in shapes)


def _cast(spec: Any, value: Any) -> Any:
    wanted, given = getattr(spec, "dtype", None), getattr(value, "dtype", None)
    if wanted is None or given is None or wanted == given or tf.string in (wanted, given):
        return value
    return tf.cast(value, wanted)


def _handles_text(node: Any) -> bool:
    return any(attribute.type == tf.string.as_datatype_enum for attribute in node.attr.values())
