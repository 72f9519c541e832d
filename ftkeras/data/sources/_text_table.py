"""Columns of a table with a text and a label -> Dataset: what the text sources share."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest
from ftkeras.data.normal_form import is_blank
from ftkeras.errors import UserError

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)?(\.\d+)?([eE][-+]?\d{1,3})?")
_LONGEST_LABEL = 1000


def existing_file(path: str, source: str) -> Path:
    """Returns the path of a readable file, or raises `UserError`."""
    file = Path(path)
    if not file.exists():
        near = catalog.nearest(file.name, _files_beside(file))
        raise UserError(
            f"Expected `path` of `{source}` to be a file. Received: path={path!r} (does not exist)."
            f"{near or ' Correct the path; it is taken from the current directory.'}"
        )
    if file.is_dir():
        raise UserError(
            f"Expected `path` of `{source}` to be a file. Received: path={path!r} (a directory). "
            "Name the file in it."
        )
    return file


def check_columns(file: str, available: Sequence[str], note: str = "", **wanted: str) -> None:
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
    label: str,
    max_characters: int,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset of a table, leaving out what `bad` collects.

    Args:
        columns: Column name -> one value a row.
        locations: Where each row stands.
        text: The column that holds the texts.
        label: The column that holds the labels.
        max_characters: Longer texts are bad rows.
        bad: Where bad rows go.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    kept = []
    for row, (value, answer) in enumerate(zip(columns[text], columns[label], strict=True)):
        reason = text_problem(text, value, max_characters) or label_problem(label, answer)
        if reason:
            bad.add(locations[row], reason, repr([value, answer][: 1 + (len(str(answer)) < 99)]))
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
        inputs=_objects(texts),
        labels=label_array([columns[label][row] for row in kept]),
        locations=_objects([locations[row] for row in kept]),
        columns={
            name: column_array([values[row] for row in kept])
            for name, values in columns.items()
            if name not in (text, label)
        },
        rejected=rejected,
    )


def text_problem(column: str, value: object, max_characters: int) -> str:
    """Returns what is wrong with a text, or an empty string."""
    if not isinstance(value, str):
        return f"`{column}` is {'missing' if is_missing(value) else repr(value)[:40]}, not a text"
    if len(value) > max_characters:
        return (
            f"`{column}` has {len(value)} characters, more than max_characters={max_characters} "
            "(a quotation mark that is never closed?)"
        )
    if is_blank(value):
        return f"`{column}` is empty"
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return f"`{column}` holds half of a surrogate pair, which is no character"
    return ""


def label_problem(column: str, value: object) -> str:
    """Returns what is wrong with a label, or an empty string."""
    if is_missing(value) or (isinstance(value, str) and value.strip().casefold() in ("", "nan")):
        return f"`{column}` is missing"
    if isinstance(value, str):
        if len(value) > _LONGEST_LABEL:
            return f"`{column}` has {len(value)} characters, too many for a label"
    elif not isinstance(value, int | float | np.number | np.bool_) or not np.isfinite(value):
        return f"`{column}` is {repr(value)[:40]}, neither a text nor a finite number"
    return ""


def is_missing(value: object) -> bool:
    """Returns whether a value stands for "nothing": `None` or not-a-number."""
    return value is None or (isinstance(value, float | np.floating) and math.isnan(value))


def label_array(values: Sequence[Any]) -> NDArray[np.generic]:
    """Returns labels as an array of one type: numbers when all are numbers, else texts."""
    if all(isinstance(value, str) for value in values):
        return np.array([value.strip() for value in values])
    if any(isinstance(value, str) for value in values):
        return np.array([str(value).strip() for value in values])
    return np.array(values)


def column_array(values: Sequence[Any]) -> NDArray[np.generic]:
    """Returns a further column as integers, as numbers (missing: NaN), or else as texts.

    Texts that look like numbers become numbers, but not when one has a leading zero (`007`), as
    codes have.
    """
    texts = ["" if is_missing(value) else str(value) for value in values]
    if any(isinstance(value, bool) for value in values):
        return _objects(texts)
    if all(_INTEGER.fullmatch(text) for text in texts):
        return np.array([int(text) for text in texts], "int64")
    filled = [text for text in texts if text]
    if filled and all(_NUMBER.fullmatch(text) and text[-1].isdigit() for text in filled):
        return np.array([float(text) if text else math.nan for text in texts], "float64")
    return _objects(texts)


def _objects(values: Sequence[str]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _files_beside(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir()] if file.parent.is_dir() else []
