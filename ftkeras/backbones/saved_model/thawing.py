"""Which variables of a SavedModel train."""

import re
from collections.abc import Sequence

import keras

from ftkeras.backbones.saved_model.variables import VariableGroup
from ftkeras.errors import UserError


def offered(groups: Sequence[VariableGroup]) -> list[keras.Variable]:
    """Returns the variables that can train, frozen or not."""
    return [variable for group in groups for variable in group.offered]


def matching(
    groups: Sequence[VariableGroup], pattern: str | None, handle: str
) -> list[keras.Variable]:
    """Returns the variables that can train and whose path contains a pattern.

    Args:
        groups: The variables by block.
        pattern: Regular expression; `None` takes all.
        handle: What the SavedModel is called.

    Raises:
        UserError: There is none.
    """
    every = offered(groups)
    found = [v for v in every if pattern is None or re.search(pattern, v.path)]
    if not found:
        paths = ", ".join(v.path for v in every[:5]) or "none; it can only be used frozen"
        raise UserError(
            f"Expected a pattern that a variable of {handle} matches. Received: "
            f"pattern={pattern!r}. Variables that can train: {paths}."
        )
    return found


def train(groups: Sequence[VariableGroup], wanted: set[int]) -> None:
    """Makes exactly some variables train.

    Args:
        groups: The variables by block.
        wanted: `id` of each variable that is to train.
    """
    for group in groups:
        group.trainable = any(id(variable) in wanted for variable in group.offered)
        for variable in group.offered:
            variable.trainable = id(variable) in wanted
