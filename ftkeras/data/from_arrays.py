"""A dataset of what is in memory already."""

import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import array_content, content_digest
from ftkeras.errors import UserError

_MAX_CHARACTERS = 1_000_000
_CHANNELS = (1, 3, 4)


def from_arrays(
    inputs: Sequence[Any] | NDArray[Any],
    labels: Sequence[Any] | NDArray[Any],
    columns: Mapping[str, Sequence[Any]] | None = None,
    name: str = "arrays",
    on_bad_row: str = "error",
) -> Dataset:
    """Returns labelled texts or images as a dataset.

    Args:
        inputs: Texts; or images, as one uint8 array `(examples, height, width)` or `(examples,
            height, width, channels)`, or as a sequence of such images of different sizes.
        labels: One label an example: all texts, or all numbers; or lists of these, or an array
            `(examples, targets)` of numbers.
        columns: Further columns, what slices are cut by.
        name: What messages call the data.
        on_bad_row: `"error"` refuses bad examples and names them; `"skip"` and
            `"quarantine"` leave them out.

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
        raise UserError(f"Expected as many labels as inputs, and some. Received: {told}.")
    is_text = isinstance(inputs[0], str)
    problem: Callable[[Any], str] = _text_problem if is_text else _image_problem
    bad = BadRows(on_bad_row)
    kept = []
    for row, (value, label) in enumerate(zip(inputs, labels, strict=True)):
        wrong_input = problem(value)
        reason = wrong_input or table.label_problem("label", label)
        if reason:
            column = "input" if wrong_input else "label"
            bad.add(f"{name}, row {row}", reason, reprlib.repr((value, label)), column)
        else:
            kept.append(row)
    rejected = bad.settle()
    if not kept:
        raise UserError(f"Expected an example that can be used. Received: none in {name}.")
    values = [str(inputs[row]) if is_text else np.asarray(inputs[row]) for row in kept]
    return Dataset(
        modality="text" if is_text else "image",
        ids=np.array([_identity(value) for value in values]),
        inputs=table.object_array(values),
        labels=table.label_array([labels[row] for row in kept]),
        locations=table.object_array([f"{name}, row {row}" for row in kept]),
        columns={
            column: table.column_array([cells[row] for row in kept])
            for column, cells in further.items()
        },
        rejected=rejected,
    )


def _text_problem(value: object) -> str:
    return table.text_problem("input", value, _MAX_CHARACTERS)


def _image_problem(value: object) -> str:
    array = np.asarray(value)
    if array.dtype != np.uint8:
        return f"the input is of type {array.dtype}, not a text and not uint8 pixels in 0..255"
    if array.ndim == 3 and array.shape[2] not in _CHANNELS:
        return f"the input has {array.shape[2]} channels, not 1, 3 or 4"
    if array.ndim not in (2, 3) or not array.size:
        return f"the input has shape {array.shape}, not (height, width) or with channels"
    return ""


def _identity(value: str | NDArray[np.uint8]) -> str:
    if isinstance(value, str):
        return content_digest("text", value)
    return content_digest("image", array_content(value))
