"""Columns of a table with a text and a label -> Dataset: what the text sources share."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest
from ftkeras.errors import UserError

_EXCERPT = 150


def existing_file(path: str, source: str) -> Path:
    """Returns the path of a file that can be opened, `~` being the home directory.

    Args:
        path: As the user wrote it.
        source: Name of the source, for messages.

    Raises:
        UserError: There is no such file, it is a directory, or it may not be read.
    """
    if not isinstance(path, str | Path):
        raise UserError(f"Expected `path` of `{source}` to be a text. Received: path={path!r}.")
    file = Path(os.path.expanduser(path))
    try:
        file.open("rb").close()
    except FileNotFoundError:
        near = catalog.nearest(file.name, _files_beside(file))
        raise UserError(
            f"Expected `path` of `{source}` to be a file. Received: path={path!r} (does not exist)."
            f"{near or ' Correct the path; it is taken from the current directory.'}"
        ) from None
    except IsADirectoryError:
        raise UserError(
            f"Expected `path` of `{source}` to be a file. Received: path={path!r} (a directory). "
            "Name the file in it."
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(
            f"Expected `path` of `{source}` to be a file that can be read. Received: "
            f"path={path!r} ({error})."
        ) from None
    return file


def check_columns(file: str, available: Sequence[str], note: str, **wanted: str) -> None:
    """Raises `UserError` unless each wanted column is in the file, once.

    Args:
        file: Name of the file, for messages.
        available: The columns of the file.
        note: How the columns were read, for messages.
        **wanted: Argument name -> the column it asks for.
    """
    repeated = sorted({name for name in available if available.count(name) > 1})
    if repeated:
        raise UserError(
            f"Expected every column of {file} to have a name of its own. Received: "
            f"{', '.join(repeated)} more than once. Rename them in the file."
        )
    for argument, column in wanted.items():
        if column not in available:
            raise UserError(
                f"Expected a column `{column}` in {file}, which has: {', '.join(available)}{note}. "
                f"Received: {argument}={column!r}.{catalog.nearest(column, list(available))} "
                f"Name the column, as in {argument}='...'."
            )
    if len(set(wanted.values())) < len(wanted):
        raise UserError(
            f"Expected different columns. Received: "
            f"{', '.join(f'{key}={value!r}' for key, value in wanted.items())}."
        )


def assemble(
    columns: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    text: str,
    label: str | Sequence[str],
    max_characters: int,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset of a table, leaving out what `bad` collects.

    Args:
        columns: Column name -> one value a row.
        locations: Where each row stands.
        text: The column that holds the texts.
        label: The column that holds the labels, or several, one a number to be predicted.
        max_characters: Longer texts are bad rows.
        bad: Where bad rows go.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    names = label_columns(label)
    columns, label = joined(columns, names)
    kept = []
    for row, (value, answer) in enumerate(zip(columns[text], columns[label], strict=True)):
        reason = table.text_problem(text, value, max_characters)
        column = text if reason else label
        reason = reason or table.label_problem(label, answer)
        if reason:
            bad.add(locations[row], reason, _excerpt([value, answer]), column)
        else:
            kept.append(row)
    rejected = bad.settle()
    if not kept:
        raise UserError(
            f"Expected at least one example. Received: none, {len(rejected)} rows left out. "
            "Check that the file is the right one."
        )
    texts = [columns[text][row] for row in kept]
    return Dataset(
        modality="text",
        ids=np.array([content_digest("text", value) for value in texts]),
        inputs=table.object_array(texts),
        labels=table.label_array([columns[label][row] for row in kept]),
        locations=table.object_array([locations[row] for row in kept]),
        columns={
            name: table.column_array([values[row] for row in kept])
            for name, values in columns.items()
            if name not in (text, label)
        },
        rejected=rejected,
        label_names=names,
    )


def label_columns(label: str | Sequence[str]) -> tuple[str, ...]:
    """Returns the columns that make a label."""
    return (label,) if isinstance(label, str) else tuple(label)


def wanted_labels(label: str | Sequence[str]) -> dict[str, str]:
    """Returns what `check_columns` wants of the columns that make a label."""
    first, *others = label_columns(label)
    return {"label": first, **{f"label ({n})": name for n, name in enumerate(others, start=2)}}


def joined(
    columns: Mapping[str, Sequence[Any]], names: Sequence[str]
) -> tuple[Mapping[str, Sequence[Any]], str]:
    """Returns the columns with one that holds all labels of a row, and the name of that."""
    if len(names) == 1:
        return columns, names[0]
    label = ", ".join(names)
    rest = {name: values for name, values in columns.items() if name not in names}
    return {**rest, label: list(zip(*(columns[name] for name in names), strict=True))}, label


def _excerpt(cells: Sequence[Any]) -> str:
    """The beginning of each cell: one that is too long must not be copied whole."""
    return repr([cell[:_EXCERPT] if isinstance(cell, str) else cell for cell in cells])


def _files_beside(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir()] if file.parent.is_dir() else []
