"""Which examples say the same as another one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.ids import sortable
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data.normal_form import item_form, normal_forms
from ftkeras.errors import UserError

ALIASES = {
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "dev": "validation",
    "testing": "test",
}
"""What people call parts -> what they are called here."""


@dataclass(frozen=True)
class Repeats:
    """The examples of a dataset, grouped by what they say.

    Args:
        group: `(examples,)` number of the content of each example.
        kept: `(contents,)` the one row of each content that is kept.
        disputed: `(contents,)` whether the labels of a content disagree.
    """

    group: NDArray[np.int64]
    kept: NDArray[np.int64]
    disputed: NDArray[np.bool_]

    @property
    def conflicting(self) -> NDArray[np.bool_]:
        """`(examples,)` whether another example says the same with another label."""
        return self.disputed[self.group]

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """`(examples,)` whether it repeats a kept one with the same label."""
        return ~self.conflicting & (self.kept[self.group] != np.arange(len(self.group)))


def find(dataset: Dataset, part_column: str | None = None) -> Repeats:
    """Groups examples by `normal_forms`: case, spacing and way of storing do not count.

    Args:
        dataset: The examples.
        part_column: A column that names the part of each example. Of several copies the one in
            test is kept before the one in validation, and that before the one in train; without
            it, and among equals, the first is kept.
    """
    order = np.arange(len(dataset))
    if part_column is not None:
        order = np.argsort(-_rank(dataset, part_column), kind="stable")
    forms = normal_forms(dataset)
    _, first, group_in_order = np.unique(forms[order], return_index=True, return_inverse=True)
    group = np.empty(len(dataset), "int64")
    group[order] = group_in_order
    kept = order[first]
    _, answer = np.unique(_comparable(dataset), return_inverse=True)
    disputed = np.zeros(len(kept), bool)
    disputed[group[answer != answer[kept[group]]]] = True
    return Repeats(group, kept, disputed)


def _comparable(dataset: Dataset) -> NDArray[Any]:
    """Labels; those of lists in an order that is that of their items, however they were listed."""
    if not dataset.modality.endswith("_list"):
        return dataset.labels
    found = np.empty(len(dataset), object)
    for row, (items, labels) in enumerate(zip(dataset.inputs, dataset.labels, strict=True)):
        pairs = zip(map(item_form, items), labels, strict=True)
        found[row] = tuple(label for _, label in sorted(pairs))
    return found


def part_of_rows(dataset: Dataset, split: Split) -> NDArray[np.str_]:
    """Returns `(examples,)` the part each row belongs to; empty for rows in none."""
    known = sortable(dataset.ids)
    part_of = np.full(len(dataset), "", object)  # a reference each, and not ten characters
    for part in PARTS:
        ids = np.sort(sortable(split.ids(part)))
        if len(ids):
            place = np.minimum(np.searchsorted(ids, known), len(ids) - 1)
            part_of[ids[place] == known] = part
    return part_of


def named_parts(dataset: Dataset, column: str) -> NDArray[np.str_]:
    """Returns `(examples,)` what a column calls the part of each example, by its usual name.

    Args:
        dataset: The examples.
        column: The column that names the part.

    Raises:
        UserError: There is no such column.
    """
    if column not in dataset.columns:
        raise UserError(
            f"Expected a column of the data: {', '.join(dataset.columns) or 'there is none'}. "
            f"Received: {column!r}."
        )
    names = [str(value).strip().lower() for value in dataset.columns[column].tolist()]
    return np.array([ALIASES.get(name, name) for name in names])


def _rank(dataset: Dataset, column: str) -> NDArray[np.int64]:
    names = named_parts(dataset, column).tolist()
    return np.array([PARTS.index(name) if name in PARTS else -1 for name in names])
