"""Which column of a predictions file is what, and whether it holds what it should."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.contracts.answer_table import KINDS, AnswerTable
from ftkeras.contracts.task import class_name
from ftkeras.data.table import column_array, object_array
from ftkeras.errors import UserError

PARTS = ("train", "validation", "test")
_SUM_SLACK = 1e-3
_SHOWN = 5
_LONGEST = 1000


@dataclass(frozen=True)
class Names:
    """The columns that a user named; `None` takes the usual name.

    Args:
        label: Column of the true labels.
        id: Column of the ids.
        split: Column of the parts.
        preview: Column of what a person sees.
        given: Kind of answer -> column or columns.
        classes: The class of each column, where several were named.
    """

    label: str
    id: str
    split: str
    preview: str
    given: dict[str, str | list[str] | None]
    classes: list[str] | None


def read(file: Path, content: pa.Table, names: Names, first_row: int) -> AnswerTable:
    """Returns what a table of predictions says.

    Args:
        file: For messages.
        content: The table.
        names: Which column is what.
        first_row: What a person calls the first row.

    Raises:
        UserError: A column is missing or ambiguous, or holds what cannot be.
    """
    place = _Place(file.name, first_row)
    repeated = {name for name in content.column_names if content.column_names.count(name) > 1}
    if repeated:
        raise UserError(
            f"Expected every column of {file.name} to have a name of its own. Received: "
            f"{', '.join(sorted(repeated))} more than once. Rename them in the file."
        )
    if not len(content):
        raise UserError(
            f"Expected labels and answers in {file.name}. Received: no row. Check that the file is "
            "the right one."
        )
    kind, columns, classes = _answers(place, content.column_names, names)
    values = _values(place, content, kind, columns)
    used = {names.label, names.id, names.split, names.preview, *columns}
    return AnswerTable(
        ids=_ids(place, content, names.id),
        labels=_texts(place, content, names.label),
        kind=kind,
        values=values,
        class_names=classes,
        splits=_splits(place, content, names.split),
        columns={
            name: column_array(content[name].to_pylist())
            for name in content.column_names
            if name not in used
        },
        previews=(
            object_array([str(value or "") for value in content[names.preview].to_pylist()])
            if names.preview in content.column_names
            else None
        ),
    )


@dataclass(frozen=True)
class _Place:
    file: str
    first_row: int

    def rows(self, wrong: NDArray[np.bool_] | np.bool_) -> str:
        found = np.flatnonzero(wrong)
        shown = ", ".join(str(row + self.first_row) for row in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return f"{self.file}, row {shown}{more}"


def _answers(
    place: _Place, available: Sequence[str], names: Names
) -> tuple[str, list[str], tuple[str, ...] | None]:
    """Returns kind, columns, and the class of each column."""
    named = {kind: column for kind, column in names.given.items() if column is not None}
    if len(named) > 1:
        raise UserError(
            "Expected one kind of answer: probability, logit or answer. "
            f"Received: {', '.join(f'{kind}={column!r}' for kind, column in named.items())}."
        )
    if named:
        ((kind, column),) = named.items()
        found = list(column) if isinstance(column, list | tuple) else _like(column, available)
    else:
        matches = {kind: _like(kind, available) for kind in KINDS}
        matches = {kind: columns for kind, columns in matches.items() if columns}
        if len(matches) != 1:
            raise UserError(
                f"Expected in {place.file} one of the columns probability, logit (of the positive "
                "class), probability_<class>, logit_<class> (one a class) or answer. Received: "
                f"{', '.join(available)}. Say which column it is, for example "
                "csv(path=..., probability='score')."
            )
        ((kind, found),) = matches.items()
        column = kind
    missing = [name for name in found if name not in available]
    if missing or not found:
        wanted = missing[0] if missing else str(column)
        raise UserError(
            f"Expected a column {wanted!r} in {place.file}. Received: {', '.join(available)}."
            f"{catalog.nearest(wanted, list(available))}"
        )
    return kind, found, _classes(column, found, names.classes, kind)


def _like(column: str, available: Sequence[str]) -> list[str]:
    """The column itself, else those that start with its name and an underscore."""
    if column in available:
        return [column]
    return [name for name in available if name.startswith(f"{column}_")]


def _classes(
    column: str | list[str], found: list[str], given: list[str] | None, kind: str
) -> tuple[str, ...] | None:
    if kind == "answer" or (len(found) == 1 and given is None and found[0] == column):
        return None
    if given is None:
        prefix = f"{column}_" if isinstance(column, str) else ""
        given = [name.removeprefix(prefix) for name in found]
    if len(given) != len(found) or len(set(map(str, given))) != len(given):
        raise UserError(
            f"Expected `classes` to name the class of each of the columns {', '.join(found)}. "
            f"Received: classes={given}."
        )
    return tuple(str(name) for name in given)


def _values(place: _Place, content: pa.Table, kind: str, columns: list[str]) -> NDArray[np.generic]:
    if kind == "answer":
        return _texts(place, content, columns[0])[:, None]
    try:
        values = np.stack([pc.cast(content[name], pa.float64()).to_numpy() for name in columns], 1)
    except (pa.ArrowException, ValueError):
        types = ", ".join(f"{name}: {content.schema.field(name).type}" for name in columns)
        raise UserError(
            f"Expected numbers in the columns of {place.file} that hold a {kind}. Received: "
            f"{types}. Correct the file, or name other columns."
        ) from None
    wrong = ~np.isfinite(values).all(axis=1)
    if wrong.any():
        raise UserError(
            f"Expected a finite {kind} in every row. Received: {values[wrong][0].tolist()} in "
            f"{place.rows(wrong)}. Correct what wrote the file."
        )
    return values if kind == "logit" else _probabilities(place, values)


def _probabilities(place: _Place, values: NDArray[np.float64]) -> NDArray[np.float64]:
    wrong = np.logical_or(values < 0, values > 1).any(axis=1)
    if not wrong.any() and values.shape[1] > 1:
        wrong = np.abs(values.sum(axis=1) - 1) > _SUM_SLACK
    if wrong.any():
        raise UserError(
            "Expected probabilities between 0 and 1 that add up to 1 over the classes. Received: "
            f"{values[wrong][0].tolist()} in {place.rows(wrong)}. If they are log-odds or raw "
            "scores, call the columns logit."
        )
    return values


def _texts(place: _Place, content: pa.Table, name: str) -> NDArray[np.str_]:
    if name not in content.column_names:
        raise UserError(
            f"Expected a column {name!r} in {place.file}. Received: "
            f"{', '.join(content.column_names)}.{catalog.nearest(name, content.column_names)}"
        )
    values = _words(content[name])
    # One array has room for the longest in every row.
    if max(map(len, values)) > _LONGEST:
        long = np.array([len(value) > _LONGEST for value in values], bool)
        raise UserError(
            f"Expected a value of `{name}` of at most {_LONGEST} characters in every row. "
            f"Received: {max(map(len, values)):,} characters in {place.rows(long)}."
        )
    texts = np.array(values, np.str_)
    wrong = texts == ""
    if wrong.any():
        raise UserError(
            f"Expected a value of `{name}` in every row. Received: nothing in {place.rows(wrong)}."
        )
    return texts


def _words(column: pa.ChunkedArray) -> list[str]:
    """Returns each value as the name of a class; a missing one is empty."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return ["" if value is None else value.strip() for value in column.to_pylist()]
    if not pa.types.is_integer(column.type):
        return ["" if value is None else class_name(value) for value in column.to_pylist()]
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _ids(place: _Place, content: pa.Table, name: str) -> NDArray[np.str_]:
    if name not in content.column_names:
        return np.array([f"row {row + place.first_row}" for row in range(len(content))], np.str_)
    ids = _texts(place, content, name)
    if len(set(ids.tolist())) < len(ids):
        _, first, counts = np.unique(ids, return_index=True, return_counts=True)
        again = ids[first[counts > 1][0]]
        raise UserError(
            f"Expected every `{name}` once: each example counts once. Received: {str(again)!r} "
            f"in {place.rows(np.isin(ids, [again]))}."
        )
    return ids


def _splits(place: _Place, content: pa.Table, name: str) -> NDArray[np.str_]:
    if name not in content.column_names:
        return np.full(len(content), "test")
    splits = _texts(place, content, name)
    wrong = ~np.isin(splits, PARTS)
    if wrong.any():
        raise UserError(
            f"Expected `{name}` to be one of {', '.join(PARTS)}. Received: "
            f"{str(splits[wrong][0])!r} in {place.rows(wrong)}. Name another column with split=..."
        )
    return splits
