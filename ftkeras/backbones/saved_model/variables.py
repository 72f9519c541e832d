"""The variables of a SavedModel as Keras weights that share their storage."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras
import tensorflow as tf

from ftkeras.backbones.saved_model import blocks
from ftkeras.backbones.saved_model.endpoint import Endpoint
from ftkeras.backbones.saved_model.load import Loaded


@dataclass(frozen=True)
class Slot:
    """One variable, described so that it can be made again before the SavedModel is there.

    Args:
        index: Its place in the order of creation.
        name: As the SavedModel names it.
        shape: Its shape.
        dtype: Its type.
        can_train: Whether the SavedModel offers it for training.
        synchronization: How replicas share it, a `tf.VariableSynchronization`.
        aggregation: How replicas' values are put together, a `tf.VariableAggregation`.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    can_train: bool
    synchronization: int
    aggregation: int

    @classmethod
    def of(cls, index: int, variable: Any, can_train: bool) -> "Slot":
        """Describes a variable."""
        return cls(
            index=index,
            name=re.sub(r":\d+$", "", variable.name) or "variable",
            shape=tuple(variable.shape),
            dtype=variable.dtype.name,
            can_train=can_train,
            synchronization=int(variable.synchronization.value),
            aggregation=int(variable.aggregation.value),
        )

    def made_again(self) -> Any:
        """Returns a new variable of this kind, all zeros."""
        return tf.Variable(
            tf.zeros(self.shape, self.dtype),
            name=self.name,
            trainable=self.can_train,
            synchronization=tf.VariableSynchronization(self.synchronization),
            aggregation=tf.VariableAggregation(self.aggregation),
        )

    @property
    def config(self) -> dict[str, Any]:
        """All fields as JSON values; `Slot(**config)` is equal."""
        return {**asdict(self), "shape": list(self.shape)}


class VariableGroup(keras.layers.Layer):
    """Variables that are frozen and trained together; it computes nothing.

    Args:
        slots: What each variable is.
        variables: The variables themselves, in the same order.
        name: Of the block.
        owner: Name of the layer that computes with them; it begins their paths.
    """

    def __init__(
        self, slots: Sequence[Slot], variables: Sequence[Any], *, name: str, owner: str
    ) -> None:
        super().__init__(name=name, dtype="float32", autocast=False)
        self.slots = tuple(slots)
        self.shared = [
            _shared(variable, slot, owner) for slot, variable in zip(slots, variables, strict=True)
        ]
        self.built = True

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets `trainable` even where it seems to be so already: single variables may differ."""
        if name == "trainable":
            keras.layers.Layer.trainable.fset(self, value)
        else:
            super().__setattr__(name, value)

    @property
    def offered(self) -> list[keras.Variable]:
        """The variables that can train."""
        pairs = zip(self.slots, self.shared, strict=True)
        return [variable for slot, variable in pairs if slot.can_train]

    def has_frozen_statistics(self) -> bool:
        """Returns whether a running mean or variance belongs to variables that do not train.

        It belongs to those in the same scope, as `norm/moving_mean` to `norm/gamma`; else to the
        whole group.
        """
        for slot, variable in zip(self.slots, self.shared, strict=True):
            if slot.can_train or not tf.as_dtype(slot.dtype).is_floating:
                continue
            scope = variable.path.rpartition("/")[0]
            near = [v for v in self.offered if v.path.rpartition("/")[0] == scope]
            if not any(v.trainable for v in near or self.offered):
                return True
        return False


def slots(loaded: Loaded, endpoint: Endpoint) -> list[Slot]:
    """Describes the variables that belong to an endpoint.

    Those are the object's `variables` and whatever the function reads besides, such as seeds. Its
    `trainable_variables` can train; where the object has no such list, all that were created as
    trainable. Of a signature or a TensorFlow 1 module, none can.

    Args:
        loaded: The SavedModel.
        endpoint: What is computed.
    """
    root, read = loaded.root, endpoint.captured_variables
    listed = _own(getattr(root, "trainable_variables", None), loaded)
    if not endpoint.is_reusable:
        can_train: set[int] = set()
    elif listed is not None:
        can_train = {id(variable) for variable in listed}
    else:
        can_train = {id(variable) for variable in read if variable.trainable}
    belongs = {id(v) for v in [*(_own(getattr(root, "variables", None), loaded) or []), *read]}
    return [
        Slot.of(index, variable, id(variable) in can_train)
        for index, variable in enumerate(loaded.variables)
        if id(variable) in belongs or id(variable) in can_train
    ]


def groups(slots: Sequence[Slot], variables: Sequence[Any], owner: str) -> list[VariableGroup]:
    """Groups variables by block, from input to output.

    Args:
        slots: What each variable is.
        variables: The variables, in the same order.
        owner: Name of the layer that computes with them.
    """
    names = _distinct([slot.name for slot in slots])
    named = [
        Slot(**{**asdict(slot), "name": name}) for slot, name in zip(slots, names, strict=True)
    ]
    of = blocks.block_names([slot.name for slot in slots])
    made = []
    for block in blocks.in_order(of):
        rows = [row for row, its_block in enumerate(of) if its_block == block]
        made.append(
            VariableGroup(
                [named[row] for row in rows],
                [variables[row] for row in rows],
                name=block,
                owner=owner,
            )
        )
    return made


def _own(listed: Any, loaded: Loaded) -> list[Any] | None:
    """The variables of a list that a SavedModel offers; anything else by that name is no list."""
    if listed is None or isinstance(listed, str) or not hasattr(listed, "__iter__"):
        return None
    known = {id(variable) for variable in loaded.variables}
    return [variable for variable in listed if id(variable) in known]


def _distinct(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name] - 1}")
    return distinct


def _shared(variable: Any, slot: Slot, owner: str) -> keras.Variable:
    *scopes, name = [owner, *slot.name.strip("/").split("/")]
    return _scoped(
        scopes,
        lambda: keras.Variable(
            variable, dtype=slot.dtype, trainable=slot.can_train, autocast=False, name=name
        ),
    )


def _scoped(scopes: Sequence[str], make: Any) -> Any:
    if not scopes:
        return make()
    with keras.name_scope(scopes[0] or "_", deduplicate=False):
        return _scoped(scopes[1:], make)
