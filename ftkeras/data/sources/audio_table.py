"""Sounds and labels in a CSV or TSV table: a column of paths beside a column of labels."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import _delimited, _path_table, _sound_cell, _text_table


def build(
    path: str,
    audio: str = "audio",
    label: str | list[str] = "label",
    root: str | None = None,
    separator: str | None = None,
    encoding: str = "utf-8",
    max_seconds: float = 600.0,
    on_bad_row: str = "error",
) -> Dataset:
    r"""Reads a table with a header row; the columns beside sound and label become slice columns.

    Rows are numbered as a spreadsheet numbers them: the header is row 1. Every sound is decoded
    once, as `audio_folder` does. A path that leads out of `root` is a bad row, so that a table
    from elsewhere cannot read other files of this machine.

    Args:
        path: The table.
        audio: The column that holds the paths of the sounds, relative to `root`.
        label: The column that holds the labels; a list of columns for several numbers to predict.
        root: The folder of the sounds; by default that of the table.
        separator: One character between cells; `None` takes the one that fits the header.
        encoding: How characters are stored.
        max_seconds: Longer sounds are bad: a small file can unfold to gigabytes.
        on_bad_row: `"error"` refuses the table and names the rows; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: The table is missing or bad, or a row has no label, or a sound that is
            missing, damaged, too long or outside `root`.
        ImportError: A file needs soundfile, which is not installed.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> import scipy.io.wavfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> scipy.io.wavfile.write(folder / "tom.wav", 8000, np.full(800, 0.1, np.float32))
        >>> _ = (folder / "cats.csv").write_text("audio,label\ntom.wav,meow\n")
        >>> build(str(folder / "cats.csv")).labels.tolist()
        ['meow']
    """
    file = existing_file(path, "audio_table")
    folder = _path_table.folder_of(root, file)
    bad = BadRows(on_bad_row, source=file.name)
    wanted = {"audio": audio, **_text_table.wanted_labels(label)}
    cells, locations = _delimited.read(file, wanted, separator, encoding, True, bad)

    def inspect(folder: Path, paths: Sequence[Any]) -> list[tuple[str, str]]:
        with ThreadPoolExecutor() as pool:
            return list(
                pool.map(lambda path: _sound_cell.inspect(folder, path, max_seconds), paths)
            )

    return _path_table.assemble(cells, locations, audio, label, folder, "audio", inspect, bad)
