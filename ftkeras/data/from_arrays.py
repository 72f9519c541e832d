"""A dataset of what is in memory already."""

import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import sound
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import input_parts, table, table_rows
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import array_content, content_digest
from ftkeras.errors import UserError

_MAX_CHARACTERS = 1_000_000
_CHANNELS = (1, 3, 4)
# An input -> the input as models take it, its digest, and what is wrong with it.
_Read = Callable[[Any], tuple[Any, str, str]]


def from_arrays(
    inputs: Sequence[Any] | NDArray[Any],
    labels: Sequence[Any] | NDArray[Any],
    columns: Mapping[str, Sequence[Any]] | None = None,
    name: str = "arrays",
    on_bad_row: str = "error",
    locations: Sequence[str] | None = None,
) -> Dataset:
    """Returns labelled texts, pairs of texts, images, sounds, rows of a table, or several at once.

    Args:
        inputs: Texts; or tuples `(first, second)` of texts; or images, as one uint8 array
            `(examples, height, width)` or `(examples, height, width, channels)`, or as a sequence
            of such images of different sizes; or sounds, as tuples `(samples, sampling_rate)` of
            an array of floats and an integer; or rows of a table, as dictionaries from columns to
            numbers and texts; or several of these at once, as dictionaries with some of the keys
            `text`, `text_pair`, `image` and `tabular`, and no others.
        labels: One label an example: all texts, or all numbers; or lists of these, or an array
            `(examples, targets)` of numbers.
        columns: Further columns, what slices are cut by.
        name: What messages call the data.
        on_bad_row: `"error"` refuses bad examples and names them; `"skip"` and
            `"quarantine"` leave them out.
        locations: Where each example stands, for messages; `None` takes its row number.

    Raises:
        UserError: The lengths differ, there are no examples, or some cannot be used.

    Example:
        >>> dataset = from_arrays(["great fun", "a bore"], ["good", "bad"])
        >>> dataset.modality, dataset.locations.tolist()
        ('text', ['arrays, row 0', 'arrays, row 1'])
        >>> from_arrays(np.zeros((2, 28, 28), "uint8"), [7, 1]).modality
        'image'
    """
    if isinstance(labels, np.ndarray) and labels.ndim == 2:
        labels = [tuple(row) for row in labels.tolist()]
    further = dict(columns or {})
    lengths = {"inputs": len(inputs), "labels": len(labels)}
    lengths |= {column: len(values) for column, values in further.items()}
    if len(set(lengths.values())) > 1 or not len(inputs):
        told = ", ".join(f"{count} {what}" for what, count in lengths.items())
        raise UserError(f"Expected as many labels as inputs, and some. Received: {told} in {name}.")
    places = locations or [f"{name}, row {row}" for row in range(len(inputs))]
    modality, read = _reader(inputs)
    bad = BadRows(on_bad_row)
    kept, values, ids = [], [], []
    for row, (given, label) in enumerate(zip(inputs, labels, strict=True)):
        value, identity, wrong_input = read(given)
        reason = wrong_input or table.label_problem("label", label)
        if reason:
            column = "input" if wrong_input else "label"
            bad.add(places[row], reason, reprlib.repr((given, label)), column)
        else:
            kept.append(row)
            values.append(value)
            ids.append(identity)
    rejected = bad.settle()
    if not kept:
        raise UserError(f"Expected an example that can be used. Received: none in {name}.")
    return Dataset(
        modality=modality,
        ids=input_parts.numbered(ids) if modality == "tabular" else np.array(ids),
        inputs=table.object_array(values),
        labels=table.label_array([labels[row] for row in kept]),
        locations=table.object_array([places[row] for row in kept]),
        columns={
            column: table.column_array([cells[row] for row in kept])
            for column, cells in further.items()
        },
        rejected=rejected,
    )


def _reader(inputs: Any) -> tuple[str, _Read]:
    """Returns the modality that the first input has, and what reads one."""
    first = inputs[0]
    if isinstance(first, str):
        return "text", _text
    if isinstance(first, tuple) and any(isinstance(each, str) for each in first):
        return "text_pair", _pair
    if isinstance(first, tuple):
        return "audio", _sound
    if not isinstance(first, Mapping):
        return "image", _image
    if not set(first) <= set(_PARTS):
        return "tabular", _row_reader(inputs)
    rows = [each.get("tabular") or {} for each in inputs if isinstance(each, Mapping)]
    readers = {**_PARTS, "tabular": _row_reader(rows)}
    return "multimodal", lambda value: _several(value, {name: readers[name] for name in first})


def _text(value: Any) -> tuple[Any, str, str]:
    reason = table.text_problem("input", value, _MAX_CHARACTERS)
    return (None, "", reason) if reason else (str(value), content_digest("text", str(value)), "")


def _pair(value: Any) -> tuple[Any, str, str]:
    if not isinstance(value, tuple) or len(value) != 2:
        return None, "", "the input is no pair (first, second) of texts"
    reasons = [table.text_problem("input", text, _MAX_CHARACTERS) for text in value]
    if any(reasons):
        return None, "", next(filter(None, reasons))
    pair = (str(value[0]), str(value[1]))
    return pair, input_parts.pair_digest(pair), ""


def _image(value: Any) -> tuple[Any, str, str]:
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None, "", "the input is no text, no picture and no sound"
    reason = _image_problem(array)
    return array, "" if reason else content_digest("image", array_content(array)), reason


def _sound(value: Any) -> tuple[Any, str, str]:
    try:
        heard = sound.read(value) if isinstance(value, tuple) else None
    except UserError as error:
        return None, "", f"the input cannot be used ({error})"
    if heard is None:
        return None, "", "the input is no pair (samples, sampling_rate)"
    content = f"{heard.sampling_rate}\n".encode() + array_content(heard.samples)
    return (heard.samples, heard.sampling_rate), content_digest("audio", content), ""


def _row_reader(rows: Sequence[Any]) -> _Read:
    numbers, categories = table_rows.kinds(rows)

    def read(value: Any) -> tuple[Any, str, str]:
        if not isinstance(value, Mapping) or set(value) != {*numbers, *categories}:
            return None, "", f"the input has not the columns {', '.join(map(str, rows[0]))}"
        row, reason, _ = table_rows.row(value, numbers, categories)
        return row, "" if reason else input_parts.row_digest(row), reason

    return read


def _several(value: Any, readers: Mapping[str, _Read]) -> tuple[Any, str, str]:
    if not isinstance(value, Mapping) or set(value) != set(readers):
        return None, "", f"the input has not the parts {', '.join(readers)}"
    read = {name: reader(value[name]) for name, reader in readers.items()}
    reason = next((reason for _, _, reason in read.values() if reason), "")
    ids = {name: identity for name, (_, identity, _) in read.items()}
    parts = {name: part for name, (part, _, _) in read.items()}
    return parts, input_parts.parts_digest(ids), reason


def _image_problem(array: NDArray[Any]) -> str:
    if array.dtype != np.uint8:
        return f"the input is of type {array.dtype}, not a text and not uint8 pixels in 0..255"
    if array.ndim == 3 and array.shape[2] not in _CHANNELS:
        return f"the input has {array.shape[2]} channels, not 1, 3 or 4"
    if array.ndim not in (2, 3) or not array.size:
        return f"the input has shape {array.shape}, not (height, width) or with channels"
    return ""


# The parts an input may have; rows of a table are read by a reader that knows all of them.
_PARTS: dict[str, _Read] = {"text": _text, "text_pair": _pair, "image": _image, "tabular": _text}
