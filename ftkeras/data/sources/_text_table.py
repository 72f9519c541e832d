"""Columns of a table with a text and a label -> Dataset: what the text sources share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest
from ftkeras.errors import UserError

_EXCERPT = 150
_MOST_COLUMNS = 10_000
_NAMED = 30
_LONGEST_NAME = 60


def check_columns(file: str, available: Sequence[str], note: str, **wanted: str) -> None:
    """Raises `UserError` unless each wanted column is in the file, once.

    Args:
        file: Name of the file, for messages.
        available: The columns of the file.
        note: How the columns were read, for messages.
        **wanted: Argument name -> the column it asks for.
    """
    if len(available) > _MOST_COLUMNS:
        raise UserError(
            f"Expected at most {_MOST_COLUMNS:,} columns in {file}. Received: {len(available):,}"
            f"{note}. Put what belongs together into one column."
        )
    unwritable = [name for name in available if not _is_text(name)]
    repeated = [name for name, count in Counter(available).items() if count > 1]
    for names, rule in (
        (unwritable, "a name that is text"),
        (sorted(repeated), "a name of its own"),
    ):
        if names:
            raise UserError(
                f"Expected every column of {file} to have {rule}. Received: {listed(names)}"
                f"{' more than once' if names is not unwritable else ''}. Rename them in the file."
            )
    for argument, column in wanted.items():
        if column not in available:
            raise UserError(
                f"Expected a column `{column}` in {file}, which has: {listed(available)}{note}. "
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
        column, reason = problem(text, value, label, answer, max_characters)
        if reason:
            bad.add(locations[row], reason, excerpt([value, answer]), column)
        else:
            kept.append(row)
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
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


def problem(
    text: str, value: object, label: str, answer: object, max_characters: int
) -> tuple[str, str]:
    """Returns the column that is wrong in a row, and what is wrong with it: nothing is empty."""
    reason = table.text_problem(text, value, max_characters)
    if reason:
        return text, reason
    return label, table.label_problem(label, answer)


def label_columns(label: str | Sequence[str]) -> tuple[str, ...]:
    """Returns the columns that make a label."""
    names = (label,) if isinstance(label, str) else tuple(label)
    if not names:
        raise UserError("Expected a column of labels, or several. Received: label=[].")
    return names


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


def excerpt(cells: Sequence[Any]) -> str:
    """Returns the beginning of each cell: one that is too long must not be copied whole."""
    return table.shown([cell[:_EXCERPT] if isinstance(cell, str) else cell for cell in cells])


def listed(names: Sequence[str]) -> str:
    """Returns the first names, each cut: a file that is no table may have one of ten megabytes."""
    told = [name[:_LONGEST_NAME].encode("utf-8", "replace").decode() for name in names[:_NAMED]]
    return ", ".join(told) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
