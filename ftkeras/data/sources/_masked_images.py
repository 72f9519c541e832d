"""Images beside their masks -> Dataset: what the sources of masks share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import image_file, mask_file, table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest
from ftkeras.errors import UserError
from ftkeras.mask import encode
from ftkeras.picture_size import picture_size


@dataclass(frozen=True)
class Pair:
    """An image and its mask, as paths within a folder.

    Args:
        image: Of the image.
        mask: Of the mask.
        location: Where the pair stands, for messages.
    """

    image: object
    mask: object
    location: str


@dataclass(frozen=True)
class _Read:
    """What became of a pair: its id and label, or what is wrong with which of the two."""

    identity: str = ""
    label: bytes = b""
    reason: str = ""
    wrong: str = ""


def dataset(
    pairs: Sequence[Pair],
    folder: Path,
    max_pixels: int,
    bad: BadRows,
    columns: Mapping[str, Sequence[Any]],
    names: tuple[str, str] = ("image", "mask"),
) -> Dataset:
    """Returns the pairs that can be used; a label is the content of a grey PNG file.

    Args:
        pairs: Images and masks.
        folder: What their paths are relative to, and which they must not lead out of.
        max_pixels: Larger images and masks are bad.
        bad: Where bad pairs go.
        columns: Further columns, one value a pair.
        names: What image and mask are called in messages.

    Raises:
        UserError: `bad` refuses bad rows, or no pair is left.
    """
    found = image_file.for_each(lambda pair: _inspect(pair, folder, max_pixels), pairs)
    rows = []
    for row, (pair, read) in enumerate(zip(pairs, found, strict=True)):
        if read.reason:
            excerpt = table.shown([pair.image, pair.mask])
            bad.add(pair.location, read.reason, excerpt, names[read.wrong == "mask"])
        else:
            rows.append(row)
    rejected = bad.settle()
    if not rows:
        raise bad.nothing_left()
    return Dataset(
        modality="image",
        ids=np.array([found[row].identity for row in rows]),
        inputs=table.object_array([str(folder / str(pairs[row].image).strip()) for row in rows]),
        labels=table.object_array([found[row].label for row in rows]),
        locations=table.object_array([pairs[row].location for row in rows]),
        columns={
            name: table.column_array([values[row] for row in rows])
            for name, values in columns.items()
        },
        rejected=rejected,
    )


def of_table(
    columns: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    names: tuple[str, str],
    folder: Path,
    max_pixels: int,
    bad: BadRows,
) -> Dataset:
    """Returns the rows of a table with a column of images and one of masks.

    Args:
        columns: Column name -> one value a row.
        locations: Where each row stands.
        names: The columns of images and of masks.
        folder: What paths are relative to.
        max_pixels: Larger images and masks are bad.
        bad: Where bad rows go.
    """
    cells = zip(columns[names[0]], columns[names[1]], locations, strict=True)
    pairs = [Pair(*row) for row in cells]
    others = {name: values for name, values in columns.items() if name not in names}
    return dataset(pairs, folder, max_pixels, bad, others, names)


def _inspect(pair: Pair, folder: Path, max_pixels: int) -> _Read:
    image, reason = _content(pair.image, folder, max_pixels, "image")
    reason = reason or _named(pair.image, image_file.problem(image, max_pixels))
    if reason:
        return _Read(reason=reason, wrong="image")
    mask, reason = _content(pair.mask, folder, max_pixels, "mask")
    if reason:
        return _Read(reason=reason, wrong="mask")
    classes, problem = mask_file.read(mask, max_pixels)
    if classes is None:
        return _Read(reason=_named(pair.mask, problem), wrong="mask")
    try:
        height, width = picture_size(image)
    except UserError as error:  # metadata that only its size asks for
        return _Read(reason=_named(pair.image, f"is damaged ({str(error)[:80]})"), wrong="image")
    if classes.shape != (height, width):
        rows, columns = classes.shape
        told = f"has {columns} x {rows} pixels, its image {width} x {height}"
        return _Read(reason=_named(pair.mask, told), wrong="mask")
    return _Read(content_digest("image", image), encode(classes))


def _content(cell: object, folder: Path, max_pixels: int, what: str) -> tuple[bytes, str]:
    """The content of a file, and why there is none."""
    name = cell.strip() if isinstance(cell, str) else ""
    if not name or "\0" in name:
        return b"", f"the path of the {what} is empty or no path"
    try:
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            return b"", f"{name[:200]} leads out of {folder}"
        return image_file.content(folder / name, max_pixels), ""
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return b"", f"{name[:200]} cannot be read ({why})"


def _named(cell: object, problem: str) -> str:
    return f"{str(cell).strip()[:200]} {problem}" if problem else ""
