"""Records of a data set library -> Dataset: what sources with features by name share."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import image_file
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError

MAX_PIXELS = 50_000_000
PART = "part"


def check_names(
    where: str, known: Sequence[str], text: str | Sequence[str], image: str, label: str
) -> list[str]:
    """Returns the features an input is made of.

    Args:
        where: What messages call the data.
        known: Names of the features that are there.
        text: Name of the text, or of two texts.
        image: Name of the image; either this or `text`.
        label: Name of the label.

    Raises:
        UserError: Neither or both are named, or a feature is not there.
    """
    texts = [text] if isinstance(text, str) else list(text)
    texts = [name for name in texts if name]
    if bool(texts) == bool(image) or len(texts) > 2:
        raise UserError(
            "Expected the name of a text (or of two), or of an image. Received: "
            f"text={text!r}, image={image!r}. {where} has: {', '.join(known)}."
        )
    for argument, name in (*(("text", one) for one in texts), ("image", image), ("label", label)):
        if name and name not in known:
            raise UserError(
                f"Expected a feature `{name}` in {where}, which has: {', '.join(known)}. "
                f"Received: {argument}={name!r}.{catalog.nearest(name, list(known))}"
            )
    return texts or [image]


def assemble(
    records: Iterable[tuple[str, Mapping[str, Any]]],
    inputs: Sequence[str],
    image: str,
    label: str,
    name: str,
    on_bad_row: str,
) -> Dataset:
    """Builds the dataset of records, leaving out what cannot be used.

    Features of one plain value (text, number, true or false) become slice columns.

    Args:
        records: Where each stands, and its features; images as encoded bytes or as pixels.
        inputs: Names of the features an input is made of.
        image: Name of the image, if the input is one.
        label: Name of the label.
        name: What messages call the data.
        on_bad_row: `"error"` refuses bad records and names them; `"skip"` and `"quarantine"`
            leave them out.

    Raises:
        UserError: A record cannot be used, or none is left.
    """
    bad = BadRows(on_bad_row)
    values, labels, places = [], [], []
    columns: dict[str, list[Any]] = {}
    for place, record in records:
        reason, value = _input(record, inputs, image)
        if reason:
            bad.add(place, reason)
            continue
        values.append(value)
        labels.append(_plain(record[label]))
        places.append(place)
        for key, cell in record.items():
            if key not in (*inputs, label) and _is_plain(cell):
                columns.setdefault(key, [None] * (len(values) - 1)).append(_plain(cell))
        for cells in columns.values():
            cells.extend([None] * (len(values) - len(cells)))
    left_out = bad.settle()
    if not values:
        raise UserError(f"Expected records that can be used. Received: none in {name}.")
    dataset = from_arrays(values, labels, columns, name=name, on_bad_row=on_bad_row)
    numbers = [int(str(row).rpartition(" ")[2]) for row in dataset.locations]
    located = np.array([places[number] for number in numbers], object)
    rejected = (*left_out, *dataset.rejected)
    return Dataset(**{**vars(dataset), "locations": located, "rejected": rejected})


def decoded(data: bytes, max_pixels: int = MAX_PIXELS) -> tuple[str, NDArray[np.uint8] | None]:
    """Returns what is wrong with the content of an image file, and its pixels if nothing is."""
    reason = image_file.problem(data, max_pixels)
    if reason:
        return reason, None
    with Image.open(io.BytesIO(data)) as stored:
        return "", np.asarray(ImageOps.exif_transpose(stored).convert("RGB"), "uint8")


def _input(record: Mapping[str, Any], inputs: Sequence[str], image: str) -> tuple[str, Any]:
    if not image:
        texts = [_text(record[name]) for name in inputs]
        return "", texts[0] if len(texts) == 1 else tuple(texts)
    value = record[image]
    if isinstance(value, bytes):
        reason, pixels = decoded(value)
        return (f"`{image}` {reason}" if reason else ""), pixels
    return "", np.asarray(value)


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def _plain(value: Any) -> Any:
    """A value as Python has it: bytes as texts, arrays of one number as the number."""
    value = _text(value)
    if isinstance(value, np.ndarray):
        return value.item() if value.ndim == 0 else [_plain(item) for item in value.tolist()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(_plain(value), str | int | float | bool)
