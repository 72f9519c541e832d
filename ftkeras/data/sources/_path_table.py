"""A table with a column of paths of files beside a column of labels -> Dataset."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _text_table
from ftkeras.errors import UserError

Inspect = Callable[[Path, Sequence[Any]], Sequence[tuple[str, str]]]
"""Takes the folder and the cells that hold paths; gives the id of each file and what is wrong."""


def folder_of(root: str | None, file: Path) -> Path:
    """Returns the folder that paths are relative to: that of the table, unless one is named.

    Raises:
        UserError: It is no folder.
    """
    folder = Path(os.path.expanduser(root)) if root is not None else file.parent
    if not folder.is_dir():
        raise UserError(f"Expected `root` to be a folder. Received: root={root!r}.")
    return folder


def assemble(
    cells: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    column: str,
    label: str | Sequence[str],
    folder: Path,
    modality: str,
    inspect: Inspect,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset, leaving out what `bad` collects; other columns become slice columns.

    Args:
        cells: Column name -> one value a row.
        locations: Where each row stands.
        column: The column that holds the paths.
        label: The column that holds the labels, or several, one a number to be predicted.
        folder: What paths are relative to.
        modality: What the files hold.
        inspect: Looks at all files.
        bad: Where bad rows go.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    names = _text_table.label_columns(label)
    columns, label = _text_table.joined(cells, names)
    kept, ids = [], []
    for row, (identity, reason) in enumerate(inspect(folder, columns[column])):
        problem = reason or table.label_problem(label, columns[label][row])
        if problem:
            bad.add(locations[row], problem, columns[column][row], column if reason else label)
        else:
            kept.append(row)
            ids.append(identity)
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    return Dataset(
        modality=modality,
        ids=np.array(ids),
        inputs=table.object_array([str(folder / columns[column][row].strip()) for row in kept]),
        labels=table.label_array([columns[label][row] for row in kept]),
        locations=table.object_array([locations[row] for row in kept]),
        columns={
            name: table.column_array([values[row] for row in kept])
            for name, values in columns.items()
            if name not in (column, label)
        },
        rejected=rejected,
        label_names=names,
    )
