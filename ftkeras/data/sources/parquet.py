"""Texts, images, numbers and their labels in the columns of Parquet files."""

from glob import glob
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import _input_columns, _large_text_table, _parquet_pieces
from ftkeras.errors import UserError

_LONGEST_PATH = 4096


def build(  # noqa: PLR0913 - a call string names each of these by itself
    path: str,
    text: str | None = None,
    label: str | list[str] = "label",
    max_characters: int = 1_000_000,
    max_bytes: int = 8_000_000_000,
    rows_in_memory: int = 1_000_000,
    on_bad_row: str = "error",
    second_text: str | None = None,
    image: str | None = None,
    numbers: str | list[str] | None = None,
    categories: str | list[str] | None = None,
    root: str | None = None,
    words: str | None = None,
    start: str | None = None,
) -> Dataset:
    """Reads a Parquet file, all of a folder, or those that a pattern names.

    The other columns of plain values (texts, numbers, dates, true and false) become slice
    columns; lists, structures and binary columns are not read. Rows are numbered from 0 in each
    file, and files are read in the order of their names.

    Of more than `rows_in_memory` rows the texts are left on disk, in a temporary file: inputs and
    locations are then read where they are asked for (`ftkeras.data.lazy_column`), and everything
    else is the same. Five million short texts are read, split and checked in less than 2 GiB.

    Args:
        path: A file, a folder (searched for `*.parquet`, deeply), or a pattern such as
            `reviews/part-*.parquet`.
        text: The column that holds the texts; `None` takes `text`, unless an image, numbers or
            categories are the input.
        label: The column that holds the labels: texts, numbers, true and false, or lists of these;
            a list of columns for several numbers to predict.
        max_characters: Longer texts are bad rows.
        max_bytes: Data that would take more in memory are refused: a small file can unfold
            without end.
        rows_in_memory: From more rows on, texts are left on disk.
        on_bad_row: `"error"` refuses the data and names the rows; `"skip"` and
            `"quarantine"` leave them out.
        second_text: The column of the second text, for pairs: an input is then both.
        image: The column of paths of images, relative to `root`.
        numbers: Columns of numbers, joined by commas or in a list; empty cells are missing values.
        categories: Columns of categories; they are slice columns, too.
        root: The folder of the images; by default that of the first file.
        words: The column of lists of words, for tags: `label` then holds as many tags, for example
            `words='tokens', label='ner_tags'`.
        start: For answers that stand in the second text: the column of the character at which each
            begins; empty for `answer_start`, or the first occurrence where that is missing.

    Raises:
        UserError: There is no such file, one is damaged, the files differ in their columns or
            lack one, or a row has an empty text or no label.

    Example:
        >>> import pathlib, tempfile
        >>> import pyarrow as pa, pyarrow.parquet as pq
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "reviews.parquet"
        >>> pq.write_table(pa.table({"text": ["Great fun"], "label": [1], "stars": [5]}), path)
        >>> dataset = build(str(path))
        >>> dataset.inputs.tolist(), dataset.labels.tolist(), dataset.columns["stars"].tolist()
        (['Great fun'], [1], [5])
    """
    files = _files(path)
    folder = Path(path).expanduser()
    inside = folder.is_dir() if len(str(path)) < _LONGEST_PATH else False
    named = [(file, str(file.relative_to(folder)) if inside else file.name) for file in files]
    bad = BadRows(on_bad_row, source=Path(path).name[:100])
    inputs = _input_columns.chosen(text, second_text, image, numbers, categories, root, words)
    inputs = _input_columns.with_answers(inputs, label, start)
    found = _parquet_pieces.pieces(named, inputs.wanted, label, max_bytes)
    alone = inputs.text if inputs.modalities == ("text",) else None
    if alone and _parquet_pieces.count_rows(files) > rows_in_memory:
        return _large_text_table.assemble(found, alone, label, max_characters, bad)
    columns: dict[str, list[Any]] = {}
    locations: list[str] = []
    for piece in found:
        for name, values in piece.columns.items():
            columns.setdefault(name, []).extend(values)
        rows = range(piece.first_row, piece.first_row + len(next(iter(piece.columns.values()))))
        locations.extend(f"{piece.file}, row {row}" for row in rows)
    return _input_columns.assemble(
        columns, locations, inputs, label, max_characters, files[0].parent, bad
    )


def _files(path: str) -> list[Path]:
    place = Path(path).expanduser()
    try:
        if place.is_dir():
            found = sorted(place.rglob("*.parquet"))
        elif place.exists() or not any(sign in path for sign in "*?["):
            return [existing_file(path, "parquet")]
        else:
            found = sorted(Path(name) for name in glob(str(place), recursive=True))
    except (OSError, ValueError, RuntimeError):  # too long, no path at all, links in a circle
        return [existing_file(path, "parquet")]
    if not found:
        raise UserError(
            f"Expected Parquet files. Received: path={path[:300]!r}, where there are none. "
            "Correct the path; it is taken from the current directory."
        )
    return [existing_file(str(file), "parquet") for file in found]
