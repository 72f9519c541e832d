"""Images with boxes around what is in them -> Dataset: what sources of boxes share."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras.contracts.box import Box
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import class_name
from ftkeras.data import image_file, table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _image_cell
from ftkeras.errors import UserError
from ftkeras.picture_size import picture_size

FORMATS = ("xyxy", "xywh")
MAX_PIXELS = 50_000_000
# Rounding of whoever drew them; a box that ends farther out is wrong.
_MARGIN = 1.0
_MOST_BOXES = 10_000


@dataclass(frozen=True)
class Drawn:
    """One box as it stands in a file.

    Args:
        name: Name of its class.
        sides: Four numbers.
        is_crowd: Whether it is a region of many objects.
        location: What a message calls it, such as `object 3`.
    """

    name: Any
    sides: Any
    is_crowd: Any = False
    location: str = "object"


@dataclass(frozen=True)
class Annotated:
    """One image as it stands in a file.

    Args:
        location: Where it stands.
        image: Path of the image, from the folder of images.
        drawn: Boxes.
        columns: Further values, to cut slices by.
        problem: What is wrong with all of it, if anything is.
        size: Height and width that its boxes are meant for; `None` where that is not said.
    """

    location: str
    image: Any
    drawn: Sequence[Drawn] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    size: tuple[int, int] | None = None


def expect_format(box_format: str) -> None:
    """Raises `UserError` unless boxes are written in a known way."""
    if box_format not in FORMATS:
        raise UserError(
            "Expected `boxes` to be 'xyxy' (left, top, right, bottom) or 'xywh' (left, top, width, "
            f"height). Received: boxes={box_format!r}."
        )


def assemble(
    annotated: Sequence[Annotated],
    folder: Path,
    box_format: str,
    bad: BadRows,
    max_pixels: int = MAX_PIXELS,
) -> Dataset:
    """Builds the dataset, leaving out what `bad` collects: an image with a wrong box is one row.

    Args:
        annotated: Images and boxes.
        folder: The folder of images; a path that leads out of it is bad.
        box_format: One of `FORMATS`, in pixels of the image turned upright.
        bad: Where bad rows go.
        max_pixels: Larger images are bad.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    expect_format(box_format)
    found = image_file.for_each(
        lambda each: _image_cell.inspect(folder, each.image, max_pixels), annotated
    )
    kept: list[Annotated] = []
    ids, paths, labels = [], [], []
    for each, (identity, reason) in zip(annotated, found, strict=True):
        boxes: tuple[Box, ...] = ()
        if not (reason := each.problem or reason):
            path = str(folder / str(each.image).strip())
            size = picture_size(path)
            reason = _size_problem(each.size, size)
            if not reason:
                boxes, reason = _boxes(each.drawn, size, box_format)
        if reason:
            bad.add(each.location, reason, str(each.image))
            continue
        kept.append(each)
        ids.append(identity)
        paths.append(path)
        labels.append(boxes)
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    names = dict.fromkeys(name for each in kept for name in each.columns)
    return Dataset(
        modality="image",
        ids=np.array(ids),
        inputs=table.object_array(paths),
        labels=table.object_array(labels),
        locations=table.object_array([each.location for each in kept]),
        columns={
            name: table.column_array([each.columns.get(name) for each in kept]) for name in names
        },
        rejected=rejected,
    )


def of_table(
    columns: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    image: str | None,
    label: str | Sequence[str],
    folder: Path,
    box_format: str,
    bad: BadRows,
    max_pixels: int = MAX_PIXELS,
) -> Dataset:
    """Builds the dataset of a table with a column of images and a column of boxes.

    Args:
        columns: Column name -> one value a row.
        locations: Where each row stands.
        image: The column of paths.
        label: The column of boxes, see `of_cell`; a text is read as JSON.
        folder: The folder of images.
        box_format: One of `FORMATS`.
        bad: Where bad rows go.
        max_pixels: Larger images are bad.

    Raises:
        UserError: There is no column of images or of boxes, no row is left, or `bad` refuses rows.
    """
    if image is None or not isinstance(label, str):
        raise UserError(
            f"Expected a column of images and one of boxes with boxes={box_format!r}. Received: "
            f"image={image!r}, label={label!r}. Name both, as in image='file', label='objects'."
        )
    if not folder.is_dir():
        raise UserError(f"Expected `root` to be a folder. Received: root={str(folder)!r}.")
    beside = {
        name: values
        for name, values in columns.items()
        if name not in (image, label)
        and not any(isinstance(value, list | dict | tuple) for value in values)
    }
    annotated = []
    for row, location in enumerate(locations):
        drawn, problem = of_cell(columns[label][row])
        cells = {name: values[row] for name, values in beside.items()}
        annotated.append(Annotated(location, columns[image][row], drawn, cells, problem))
    return assemble(annotated, folder, box_format, bad, max_pixels)


def _size_problem(said: tuple[int, int] | None, found: tuple[int, int]) -> str:
    if said is None or said == found:
        return ""
    return (
        f"has {found[1]} x {found[0]} pixels when it is upright, its boxes are for "
        f"{said[1]} x {said[0]}"
    )


def _boxes(
    drawn: Sequence[Drawn], size: tuple[int, int], box_format: str
) -> tuple[tuple[Box, ...], str]:
    """Returns the boxes of an image, and what is wrong with the first that is wrong."""
    if len(drawn) > _MOST_BOXES:
        return (), f"has {len(drawn):,} boxes, more than {_MOST_BOXES:,}"
    found = []
    for each in drawn:
        box, reason = _box(each, size, box_format)
        if box is None:
            return (), f"{each.location}: {reason}"
        found.append(box)
    return tuple(found), ""


def _box(drawn: Drawn, size: tuple[int, int], box_format: str) -> tuple[Box | None, str]:
    if reason := table.label_problem("class", drawn.name):
        return None, reason
    sides = _numbers(drawn.sides)
    if sides is None:
        return None, f"its box is {table.shown(drawn.sides)[:80]}, not four finite numbers"
    left, top, right, bottom = sides
    if box_format == "xywh":
        right, bottom = left + right, top + bottom
    told = f"({left:g}, {top:g}) to ({right:g}, {bottom:g})"
    height, width = size
    if left < -_MARGIN or top < -_MARGIN or right > width + _MARGIN or bottom > height + _MARGIN:
        return None, f"its box from {told} leaves the image of {width} x {height} pixels"
    inside = max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height))
    if not (inside[2] > inside[0] and inside[3] > inside[1]):
        return None, f"its box from {told} has no area"
    if drawn.is_crowd not in (0, 1, None):
        return None, f"its iscrowd is {table.shown(drawn.is_crowd)[:40]}, neither 0 nor 1"
    return Box(class_name(drawn.name), *inside, bool(drawn.is_crowd)), ""


def _numbers(sides: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(sides, list | tuple) or len(sides) != 4:
        return None
    if any(isinstance(side, bool) or not isinstance(side, int | float) for side in sides):
        return None
    try:
        left, top, right, bottom = (float(side) for side in sides)
    except OverflowError:
        return None
    found = (left, top, right, bottom)
    return found if all(map(math.isfinite, found)) else None


def of_cell(cell: Any) -> tuple[tuple[Drawn, ...], str]:
    """Returns the boxes of a cell, and what is wrong with it.

    Args:
        cell: A list (or JSON of it) with one object a box: `{"label": "cat", "box": [1, 2, 3, 4]}`,
            with `"is_crowd": true` where it is one. `category` and `bbox` are other names of the
            same.
    """
    if isinstance(cell, str):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return (), f"its boxes are no JSON: {table.shown(cell)[:80]}"
    if not isinstance(cell, list | tuple):
        return (), f"its boxes are {table.shown(cell)[:80]}, not a list"
    found = []
    for number, each in enumerate(cell, start=1):
        if not isinstance(each, dict):
            return (), f"object {number} is {table.shown(each)[:80]}, no label with a box"
        name = each.get("label", each.get("category"))
        sides = each.get("box", each.get("bbox"))
        crowd = each.get("is_crowd", each.get("iscrowd", False))
        found.append(Drawn(name, sides, crowd, f"object {number}"))
    return tuple(found), ""
