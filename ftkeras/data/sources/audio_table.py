"""Sounds and labels in a CSV or TSV table: a column of paths beside a column of labels."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import _delimited, _sound_cell, _text_table
from ftkeras.errors import UserError


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
        >>> import scipy.io.wavfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> scipy.io.wavfile.write(folder / "tom.wav", 8000, np.full(800, 0.1, np.float32))
        >>> _ = (folder / "cats.csv").write_text("audio,label\ntom.wav,meow\n")
        >>> build(str(folder / "cats.csv")).labels.tolist()
        ['meow']
    """
    file = existing_file(path, "audio_table")
    folder = Path(os.path.expanduser(root)) if root is not None else file.parent
    if not folder.is_dir():
        raise UserError(f"Expected `root` to be a folder. Received: root={root!r}.")
    bad = BadRows(on_bad_row, source=file.name)
    names = _text_table.label_columns(label)
    wanted = {"audio": audio, **_text_table.wanted_labels(label)}
    cells, locations = _delimited.read(file, wanted, separator, encoding, True, bad)
    columns, label = _text_table.joined(cells, names)
    with ThreadPoolExecutor() as pool:
        outcomes = list(
            pool.map(lambda cell: _sound_cell.inspect(folder, cell, max_seconds), columns[audio])
        )
    kept = []
    for row, (identity, reason) in enumerate(outcomes):
        problem = reason or table.label_problem(label, columns[label][row])
        if problem:
            bad.add(locations[row], problem, columns[audio][row], audio if reason else label)
        else:
            kept.append((row, identity))
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    rows = [row for row, _ in kept]
    return Dataset(
        modality="audio",
        ids=np.array([identity for _, identity in kept]),
        inputs=table.object_array([str(folder / columns[audio][row].strip()) for row in rows]),
        labels=table.label_array([columns[label][row] for row in rows]),
        locations=table.object_array([locations[row] for row in rows]),
        columns={
            name: table.column_array([values[row] for row in rows])
            for name, values in columns.items()
            if name not in (audio, label)
        },
        rejected=rejected,
        label_names=names,
    )
