"""A SavedModel's program and the variables it computes with, read anew or onto those there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftkeras.backbones.saved_model import digest, load, variables
from ftkeras.backbones.saved_model import endpoint as endpoints
from ftkeras.backbones.saved_model.endpoint import Endpoint
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Asked:
    """Which program a layer computes.

    Args:
        sha256: Digest that it must have; `None` accepts any.
        tags: Which graph, for TensorFlow 1.
        signature: Which of its functions; `None` takes the object's own call.
        owner: Name of the layer; it begins the paths of the variables.
    """

    sha256: str | None
    tags: Sequence[str] | None
    signature: str | None
    owner: str


@dataclass(frozen=True)
class Program:
    """What a layer holds of a SavedModel.

    Args:
        directory: Where it lies.
        sha256: Its digest.
        root: What `tf.saved_model.load` returned.
        endpoint: What is computed.
        is_tf1: Whether it was written by TensorFlow 1.
        groups: Its variables by block.
    """

    directory: str
    sha256: str
    root: Any
    endpoint: Endpoint
    is_tf1: bool
    groups: list[variables.VariableGroup]


def read(directory: str, asked: Asked) -> Program:
    """Returns a program with the weights that lie beside it.

    Args:
        directory: A directory that `tf.io.gfile` reads.
        asked: Which program.

    Raises:
        UserError: The digest is another one, TensorFlow cannot load it, or it has no such function.
    """
    found = _expected(directory, asked)
    loaded = load.load(directory, asked.tags)
    endpoint = endpoints.choose(loaded, asked.signature)
    slots = variables.slots(loaded, endpoint)
    shared = [loaded.variables[slot.index] for slot in slots]
    groups = variables.groups(slots, shared, asked.owner)
    return Program(directory, found, loaded.root, endpoint, loaded.is_tf1, groups)


def read_onto(directory: str, asked: Asked, groups: list[variables.VariableGroup]) -> Program:
    """Returns a program that computes with variables that are there already.

    Args:
        directory: A local directory; its weights are not read.
        asked: Which program.
        groups: The variables.

    Raises:
        UserError: As for `read`.
    """
    found = _expected(directory, asked)
    present = {
        slot.index: variable.value
        for group in groups
        for slot, variable in zip(group.slots, group.shared, strict=True)
    }
    loaded = load.load_into(directory, present, asked.tags)
    endpoint = endpoints.choose(loaded, asked.signature)
    return Program(directory, found, loaded.root, endpoint, loaded.is_tf1, groups)


def awaited(slots: Sequence[dict[str, Any]], owner: str) -> list[variables.VariableGroup]:
    """Makes the variables, so that an optimizer can be built for them; not yet the program.

    Args:
        slots: What each variable is, as `Slot.config` says it.
        owner: Name of the layer.
    """
    made = [variables.Slot(**{**slot, "shape": tuple(slot["shape"])}) for slot in slots]
    return variables.groups(made, [slot.made_again() for slot in made], owner)


def _expected(directory: str, asked: Asked) -> str:
    found = digest.digest(directory)
    if asked.sha256 not in (None, found):
        raise UserError(
            f"Expected the SavedModel with sha256={asked.sha256}. Received: {directory} with "
            f"sha256={found}. It is another program; it was not run."
        )
    return found
