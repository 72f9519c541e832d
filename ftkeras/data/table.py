"""Judging and typing the cells of a user's table."""

import math
import re
import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.data.normal_form import is_blank
from ftkeras.data.object_array import object_array

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})?(\.\d+)?([eE][-+]?\d{1,3})?")
_LONGEST_LABEL = 1000
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = 200
_REPR.maxlevel = 3


def text_problem(column: str, value: object, max_characters: int) -> str:
    """Returns what is wrong with a text, or an empty string."""
    if not isinstance(value, str):
        return f"`{column}` is {'missing' if is_missing(value) else shown(value)[:40]}, not a text"
    if len(value) > max_characters:
        return (
            f"`{column}` has {len(value)} characters, more than max_characters={max_characters} "
            "(a quotation mark that is never closed?)"
        )
    if is_blank(value):
        return f"`{column}` is empty"
    return _surrogate_problem(column, value)


def label_problem(column: str, value: object) -> str:
    """Returns what is wrong with a label, or an empty string; a list may be empty."""
    if isinstance(value, list | tuple):
        return next((found for each in value if (found := _name_problem(column, each))), "")
    return _name_problem(column, value)


def _name_problem(column: str, value: object) -> str:
    if is_missing(value):
        return f"`{column}` is missing"
    if isinstance(value, str):
        if value.strip().casefold() == "nan" or is_blank(value):
            return f"`{column}` is missing"
        if len(value) > _LONGEST_LABEL:
            return f"`{column}` has {len(value)} characters, too many for a label"
        return _surrogate_problem(column, value)
    if not _is_number(value):
        return f"`{column}` is {shown(value)[:40]}, neither a text nor a number of 64 bits"
    return ""


def _surrogate_problem(column: str, value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return f"`{column}` holds half of a surrogate pair, which is no character"
    return ""


def _is_number(value: object) -> bool:
    if isinstance(value, int):
        return value.bit_length() < 64
    if not isinstance(value, float | np.number | np.bool_) or np.iscomplexobj(value):
        return False
    return bool(np.isfinite(value))


def shown(value: object) -> str:
    """Returns a short `repr`, whatever the size and depth of a value."""
    return _REPR.repr(value).encode("utf-8", "replace").decode()


def is_missing(value: object) -> bool:
    """Returns whether a value stands for "nothing": `None` or not-a-number."""
    return value is None or (isinstance(value, float | np.floating) and math.isnan(value))


def label_array(values: Sequence[Any]) -> NDArray[np.generic]:
    """Returns labels as an array of one type: numbers when all are numbers, else texts.

    Where some are lists, all are tuples.
    """
    if any(isinstance(value, list | tuple) for value in values):
        return object_array([tuple(v) if isinstance(v, list | tuple) else (v,) for v in values])
    if any(isinstance(value, str) for value in values):
        # NumPy drops NUL at the end of a text, so it is dropped everywhere.
        return np.array([str(value).replace("\0", "").strip() for value in values])
    return np.array(values)


def column_array(values: Sequence[Any]) -> NDArray[np.generic]:
    """Returns a further column as integers, as numbers (missing: NaN), or else as texts.

    Texts that look like numbers become numbers, but not when one has a leading zero (`007`) or
    more than 18 digits, as codes have.
    """
    texts = ["" if is_missing(value) else _written(value) for value in values]
    if any(isinstance(value, bool) for value in values):
        return object_array(texts)
    if all(_INTEGER.fullmatch(text) for text in texts):
        return np.array([int(text) for text in texts], "int64")
    filled = [text for text in texts if text]
    if filled and all(_NUMBER.fullmatch(text) and text[-1].isdigit() for text in filled):
        return np.array([float(text) if text else math.nan for text in texts], "float64")
    return object_array(texts)


def _written(value: object) -> str:
    """A value as text that can be stored: half of a surrogate pair cannot."""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
