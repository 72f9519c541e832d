"""Images and boxes as Pascal VOC writes them: a small XML file for each image."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import content
from ftkeras.data.sources import _boxed_images
from ftkeras.data.sources._boxed_images import Annotated, Drawn
from ftkeras.errors import UserError

_SIDES = ("xmin", "ymin", "xmax", "ymax")
_LARGEST = 16 << 20
_DEEPEST = 12
_LONGEST = 10_000


def build(
    path: str,
    images: str | None = None,
    first_pixel: int = 1,
    max_pixels: int = _boxed_images.MAX_PIXELS,
    on_bad_row: str = "error",
) -> Dataset:
    """Reads every `<path>/*.xml`: `filename`, and objects with `name` and `bndbox`.

    VOC counts pixels from 1 and both ends belong to a box, so a box from pixel 1 to pixel 10 is 10
    pixels wide. An image that has, upright, not the `size` of its file is refused, unless that says
    0. Objects marked `difficult` count like all others. Labels are tuples of `Box`,
    empty for a file without objects.

    Documents with a document type are refused: entities can unfold a small file to gigabytes, or
    read other files.

    Args:
        path: The folder of the XML files.
        images: The folder that `filename` starts from; by default `JPEGImages` beside the folder if
            there is one, else the folder itself.
        first_pixel: What the first pixel is called: 1, or 0 in files of programs that count so and
            whose ends lie outside the box.
        max_pixels: Larger images are bad: a small file can unfold to gigabytes.
        on_bad_row: `"error"` refuses the folder and names files and objects; `"skip"` and
            `"quarantine"` leave such images out.

    Raises:
        UserError: There is no such folder, it holds no XML file, or a file is wrong.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = Path(tempfile.mkdtemp())
        >>> Image.new("RGB", (20, 10)).save(folder / "tom.png")
        >>> _ = (folder / "tom.xml").write_text(
        ...     "<annotation><filename>tom.png</filename><object><name>cat</name><bndbox>"
        ...     "<xmin>3</xmin><ymin>2</ymin><xmax>10</xmax><ymax>10</ymax></bndbox></object>"
        ...     "</annotation>")
        >>> print(*build(str(folder)).labels[0])
        cat at (2, 1, 10, 10)

    References:
        Everingham et al., 2010, International Journal of Computer Vision 88.
    """
    root = Path(os.path.expanduser(path))
    if not root.is_dir():
        raise UserError(f"Expected `path` of `voc` to be a folder. Received: path={path!r}.")
    if first_pixel not in (0, 1):
        raise UserError(
            f"Expected `first_pixel` to be 0 or 1. Received: first_pixel={first_pixel!r}."
        )
    beside = root.parent / "JPEGImages"
    folder = Path(os.path.expanduser(images)) if images else beside if beside.is_dir() else root
    if not folder.is_dir():
        raise UserError(f"Expected `images` to be a folder. Received: images={images!r}.")
    files = sorted(file for file in root.iterdir() if file.suffix.lower() == ".xml")
    if not files:
        raise UserError(f"Expected XML files of Pascal VOC. Received: path={path!r} with none.")
    annotated = [_read(file, first_pixel) for file in files]
    return _boxed_images.assemble(
        annotated, folder, "xyxy", BadRows(on_bad_row, source=root.name), max_pixels
    )


def _read(file: Path, first_pixel: int) -> Annotated:
    location = file.name.encode("utf-8", "replace").decode()
    try:
        found = _Elements(content(file, _LARGEST)).found
    except (OSError, ValueError, LookupError, expat.ExpatError) as error:
        return Annotated(location, "", problem=f"is no XML of Pascal VOC ({str(error)[:120]})")
    names = [text for place, text in found if place == ("annotation", "filename")]
    if len(names) != 1:
        return Annotated(location, "", problem=f"has {len(names)} entries `filename`, not one")
    drawn = [
        _drawn(number, one, first_pixel) for number, one in enumerate(_objects(found), start=1)
    ]
    return Annotated(location, names[0], drawn, size=_size(found))


def _size(found: list[tuple[tuple[str, ...], str]]) -> tuple[int, int] | None:
    """Height and width, where both are given; some programs write 0."""
    said = {place[-1]: text for place, text in found if place[:-1] == ("annotation", "size")}
    height, width = said.get("height", ""), said.get("width", "")
    if not (height.isdecimal() and width.isdecimal() and int(height) and int(width)):
        return None
    return int(height), int(width)


def _drawn(number: int, one: dict[tuple[str, ...], str], first_pixel: int) -> Drawn:
    sides: Any = [_number(one.get(("bndbox", side))) for side in _SIDES]
    if None not in sides:  # the first pixel of a box begins where the one before it ends
        sides = [sides[0] - first_pixel, sides[1] - first_pixel, *sides[2:]]
    return Drawn(one.get(("name",)), sides, location=f"object {number}")


def _objects(found: list[tuple[tuple[str, ...], str]]) -> Iterator[dict[tuple[str, ...], str]]:
    """Yields what stands in each object: place in it -> text, the first where there are several."""
    inside: dict[tuple[str, ...], str] | None = None
    for place, text in found:
        if place[:2] != ("annotation", "object"):
            continue
        if len(place) == 2:  # its end
            yield inside or {}
            inside = None
        else:
            inside = {} if inside is None else inside
            inside.setdefault(place[2:], text)


def _number(text: str | None) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None


class _Elements:
    """Elements of a document in the order of their ends: names from the root, and text."""

    def __init__(self, document: bytes) -> None:
        self.found: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self._texts: list[list[str]] = []
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text
        parser.EndElementHandler = self._end
        parser.Parse(document, True)

    def _refuse(self, *told: Any) -> None:
        raise ValueError(f"Expected no document type. Received: DOCTYPE {str(told[0])[:40]}.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise ValueError(f"Expected at most {_DEEPEST} levels. Received: <{name[:40]}> inside.")
        self._open.append(name)
        self._texts.append([])

    def _text(self, data: str) -> None:
        if self._texts:
            self._texts[-1].append(data)

    def _end(self, name: str) -> None:
        text = "".join(self._texts.pop()).strip()
        self.found.append((tuple(self._open), text[:_LONGEST]))
        self._open.pop()
