"""Images and boxes as COCO writes them: one JSON file beside a folder of images."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import content, existing_file
from ftkeras.data.sources import _boxed_images
from ftkeras.data.sources._boxed_images import Annotated, Drawn
from ftkeras.errors import UserError

_TABLES = ("images", "annotations", "categories")
# What every file has, and no slice is cut by.
_KNOWN = (
    "id",
    "file_name",
    "height",
    "width",
    "license",
    "flickr_url",
    "coco_url",
    "date_captured",
)
_LARGEST = 2 << 30


def build(
    path: str,
    images: str | None = None,
    max_pixels: int = _boxed_images.MAX_PIXELS,
    on_bad_row: str = "error",
) -> Dataset:
    """Reads an instances file: `images`, `categories`, and `annotations` with `bbox` (xywh).

    Labels are tuples of `Box`, empty for an image without annotations. Annotations with `iscrowd`
    are regions in which what is detected is neither right nor wrong. Further plain values of an
    image become slice columns; segmentations are passed over. An image is refused as a whole if a
    box of it has no area or leaves the image by more than a pixel: with one object left out, what
    finds it would be wrong; and if it has, upright, not the `width` and `height` of the file.

    Args:
        path: The JSON file.
        images: The folder that `file_name` starts from; by default that of the file.
        max_pixels: Larger images are bad: a small file can unfold to gigabytes.
        on_bad_row: `"error"` refuses the file and names images and objects; `"skip"` and
            `"quarantine"` leave such images out.

    Raises:
        UserError: The file is missing, is no such JSON, or names an image twice; or an image or a
            box is wrong.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = Path(tempfile.mkdtemp())
        >>> Image.new("RGB", (20, 10)).save(folder / "tom.png")
        >>> _ = (folder / "cats.json").write_text(json.dumps({
        ...     "images": [{"id": 1, "file_name": "tom.png"}],
        ...     "categories": [{"id": 7, "name": "cat"}],
        ...     "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [2, 1, 8, 9]}]}))
        >>> print(*build(str(folder / "cats.json")).labels[0])
        cat at (2, 1, 10, 10)

    References:
        Lin et al., 2014, ECCV; https://cocodataset.org/#format-data.
    """
    file = existing_file(path, "coco")
    folder = Path(os.path.expanduser(images)) if images is not None else file.parent
    if not folder.is_dir():
        raise UserError(f"Expected `images` to be a folder. Received: images={images!r}.")
    bad = BadRows(on_bad_row, source=file.name)
    found = _content(file)
    listed = _images(found["images"], file.name)
    drawn = _by_image(found["annotations"], _names(found["categories"], file.name), listed, bad)
    annotated = [
        Annotated(
            location=f"{file.name}, image {key} ({table.shown(one.get('file_name'))[:80]})",
            image=one.get("file_name"),
            drawn=drawn[key],
            columns=_plain(one),
            size=_size(one),
        )
        for key, one in listed.items()
    ]
    return _boxed_images.assemble(annotated, folder, "xywh", bad, max_pixels)


def _content(file: Path) -> dict[str, list[Any]]:
    try:
        found = json.loads(content(file, _LARGEST).decode("utf-8-sig"))
    except OSError as error:
        raise UserError(
            f"Expected a JSON file of COCO. Received: {file.name} ({error.strerror})."
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"Expected a JSON file of COCO. Received: {file.name} ({str(error)[:120]})."
        ) from None
    tables = found if isinstance(found, dict) else {}
    wrong = [name for name in _TABLES if not isinstance(tables.get(name), list)]
    if wrong:
        raise UserError(
            f"Expected lists {', '.join(_TABLES)} in {file.name}. Received: "
            f"{table.shown(sorted(map(str, tables)))[:200]}, without a list {wrong[0]}. "
            "Files of captions or key points hold no boxes."
        )
    for name in _TABLES:
        for number, one in enumerate(tables[name]):
            if not isinstance(one, dict) or not _is_key(one.get("id", 0)):
                raise UserError(
                    f"Expected objects with an `id` in the list {name} of {file.name}. Received: "
                    f"{table.shown(one)[:200]} at place {number}."
                )
    return {name: tables[name] for name in _TABLES}


def _names(categories: Sequence[dict[str, Any]], file: str) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for one in categories:
        if "id" not in one or one["id"] in found or table.label_problem("name", one.get("name")):
            raise UserError(
                f"Expected categories with an `id` of their own and a `name` in {file}. Received: "
                f"{table.shown(one)[:200]}."
            )
        found[one["id"]] = one["name"]
    return found


def _images(images: Sequence[dict[str, Any]], file: str) -> dict[Any, dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for one in images:
        if "id" not in one or one["id"] in found:
            raise UserError(
                f"Expected images with an `id` of their own in {file}. Received: "
                f"{table.shown(one)[:200]}."
            )
        found[one["id"]] = one
    return found


def _by_image(
    annotations: Sequence[dict[str, Any]],
    names: dict[Any, Any],
    images: dict[Any, dict[str, Any]],
    bad: BadRows,
) -> dict[Any, list[Drawn]]:
    """Boxes of each image; annotations of images that are not there are bad rows of their own."""
    drawn: dict[Any, list[Drawn]] = {key: [] for key in images}
    for number, one in enumerate(annotations):
        location = f"annotation {table.shown(one.get('id', f'at place {number}'))[:40]}"
        key, category = one.get("image_id"), one.get("category_id")
        if not _is_key(key) or key not in drawn:
            bad.add(f"{bad.source}, {location}", f"there is no image {table.shown(key)[:40]}")
            continue
        name = names.get(category) if _is_key(category) else None
        drawn[key].append(Drawn(name, one.get("bbox"), one.get("iscrowd", 0), location))
    return drawn


def _is_key(value: Any) -> bool:
    return isinstance(value, int | str)


def _size(image: dict[str, Any]) -> tuple[int, int] | None:
    height, width = image.get("height"), image.get("width")
    if type(height) is int and type(width) is int and height > 0 and width > 0:
        return height, width
    return None


def _plain(image: dict[str, Any]) -> dict[str, Any]:
    return {
        str(name)[:200]: value
        for name, value in image.items()
        if name not in _KNOWN and isinstance(value, str | int | float | bool)
    }
