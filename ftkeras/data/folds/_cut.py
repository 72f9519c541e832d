"""From test folds to splits."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.data import drawing
from ftkeras.errors import UserError

Rows = NDArray[np.int64]


def check_settings(folds: int, repeats: int, validation: float) -> None:
    """Raises `UserError` unless there are two folds or more and a validation share."""
    for name, value, least in (("folds", folds, 2), ("repeats", repeats, 1)):
        if not isinstance(value, int) or value < least:
            raise UserError(
                f"Expected `{name}` to be an integer >= {least}. Received: {name}={value!r}."
            )
    if not 0 < validation < 1:
        raise UserError(
            f"Expected `validation` between 0 and 1. Received: validation={validation!r}."
        )


def splits(
    dataset: Dataset,
    seed: int,
    repeats: int,
    name: str,
    rule: object,
    test_rows: Callable[[Rows], Iterable[Rows]],
    hold_out: Callable[[Rows], tuple[Rows, Rows]],
) -> list[Split]:
    """Returns the splits of all repeats, each with a drawn order of its own.

    Args:
        dataset: The examples.
        seed: The seed of the run.
        repeats: How often the examples are drawn anew.
        name: The rule's file in `data/folds/`.
        rule: The rule, a dataclass; its fields are written down with each split.
        test_rows: From rows in drawn order to the places of each fold among them.
        hold_out: From rows in drawn order to the places that train and those that validate.
    """
    drawing.check_distinct(dataset)
    found = []
    for repeat in range(repeats):
        drawn_with = seeds.child(seed, f"repeat {repeat}")
        order = drawing.drawn_order(dataset, drawn_with)
        for places in test_rows(order):
            rest = np.delete(order, places)
            kept, held_out = hold_out(rest)
            rows = {"train": rest[kept], "validation": rest[held_out], "test": order[places]}
            found.append(drawing.split_of(dataset, rows, name, rule, seed))
    return found
