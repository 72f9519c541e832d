"""Images and labels in a CSV or TSV table: a column of paths beside a column of labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import image_file
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import (
    _boxed_images,
    _delimited,
    _image_cell,
    _masked_images,
    _path_table,
    _text_table,
)
from ftkeras.errors import UserError


def build(  # noqa: PLR0913 - a call string names each of these by itself
    path: str,
    image: str = "image",
    label: str | list[str] = "label",
    root: str | None = None,
    separator: str | None = None,
    encoding: str = "utf-8",
    max_pixels: int = 50_000_000,
    on_bad_row: str = "error",
    boxes: str | None = None,
    mask: str | None = None,
) -> Dataset:
    r"""Reads a table with a header row; the columns beside image and label become slice columns.

    Rows are numbered as a spreadsheet numbers them: the header is row 1. Every image is decoded
    once, as `image_folder` does. A path that leads out of `root` is a bad row, so that a table
    from elsewhere cannot read other files of this machine.

    Args:
        path: The table.
        image: The column that holds the paths of the images, relative to `root`.
        label: The column that holds the labels; a list of columns for several numbers to predict.
        root: The folder of the images; by default that of the table.
        separator: One character between cells; `None` takes the one that fits the header.
        encoding: How characters are stored.
        max_pixels: Larger images are bad: a small file can unfold to gigabytes.
        on_bad_row: `"error"` refuses the table and names the rows; `"skip"` and
            `"quarantine"` leave them out.
        boxes: How boxes are written, `xyxy` or `xywh`: the label is then JSON, a list of objects,
            one a box: `[{"label": "cat", "box": [1, 2, 30, 40]}]`.
        mask: The column that holds the paths of masks, relative to `root`, in place of labels: grey
            or palette pictures of the size of their images, whose values are classes.

    Raises:
        UserError: The table is missing or bad, or a row has no label, or an image that is
            missing, damaged, too large or outside `root`; so with a mask, or it has another size
            than its image.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = Path(tempfile.mkdtemp())
        >>> Image.new("RGB", (8, 8)).save(folder / "tom.png")
        >>> _ = (folder / "cats.csv").write_text("image,label\ntom.png,cat\n")
        >>> build(str(folder / "cats.csv")).labels.tolist()
        ['cat']
    """
    file = existing_file(path, "image_table")
    folder = _path_table.folder_of(root, file)
    if mask is not None and boxes is not None:
        raise UserError(
            "Expected masks or boxes. Received: "
            f"mask={mask!r}, boxes={boxes!r}. Leave one of them out."
        )
    bad = BadRows(on_bad_row, source=file.name)
    if mask is not None:
        wanted = {"image": image, "mask": mask}
        cells, locations = _delimited.read(file, wanted, separator, encoding, True, bad)
        pair = (image, mask)
        return _masked_images.of_table(cells, locations, pair, folder, max_pixels, bad)
    wanted = {"image": image, **_text_table.wanted_labels(label)}
    cells, locations = _delimited.read(file, wanted, separator, encoding, True, bad)
    if boxes is not None:
        return _boxed_images.of_table(
            cells, locations, image, label, folder, boxes, bad, max_pixels
        )

    def inspect(folder: Path, paths: Sequence[Any]) -> list[tuple[str, str]]:
        return image_file.for_each(
            lambda path: _image_cell.inspect(folder, path, max_pixels), paths
        )

    return _path_table.assemble(cells, locations, image, label, folder, "image", inspect, bad)
