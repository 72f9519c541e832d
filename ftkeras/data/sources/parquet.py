"""Texts and labels in the columns of Parquet files."""

from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _text_table
from ftkeras.errors import UserError


def build(
    path: str,
    text: str = "text",
    label: str | list[str] = "label",
    max_characters: int = 1_000_000,
    on_bad_row: str = "error",
) -> Dataset:
    """Reads a Parquet file, all of a folder, or those that a pattern names.

    The other columns of plain values (texts, numbers, dates, true and false) become slice
    columns; lists, structures and binary columns are not read. Rows are numbered from 0 in each
    file, and files are read in the order of their names.

    Args:
        path: A file, a folder (searched for `*.parquet`, deeply), or a pattern such as
            `reviews/part-*.parquet`.
        text: The column that holds the texts.
        label: The column that holds the labels: texts, numbers, true and false, or lists of these;
            a list of columns for several numbers to predict.
        max_characters: Longer texts are bad rows.
        on_bad_row: `"error"` refuses the data and names the rows; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: There is no such file, one is damaged, the files differ in their columns or
            lack one, or a row has an empty text or no label.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "reviews.parquet"
        >>> pq.write_table(pa.table({"text": ["Great fun"], "label": [1], "stars": [5]}), path)
        >>> dataset = build(str(path))
        >>> dataset.inputs.tolist(), dataset.labels.tolist(), dataset.columns["stars"].tolist()
        (['Great fun'], [1], [5])
    """
    files = _files(path)
    bad = BadRows(on_bad_row)
    columns: dict[str, list[Any]] = {}
    locations: list[str] = []
    for file, content in _tables(files, text, label):
        if not columns:
            columns = {name: [] for name in content.column_names}
        if set(columns) != set(content.column_names):
            raise UserError(
                f"Expected the columns {', '.join(columns)} in every file. Received: {file.name} "
                f"with {', '.join(content.column_names)}. Read these files separately."
            )
        for name, values in columns.items():
            values.extend(content[name].to_pylist())
        name = str(file.relative_to(path)) if Path(path).is_dir() else file.name
        locations.extend(f"{name}, row {row}" for row in range(len(content)))
    return _text_table.assemble(columns, locations, text, label, max_characters, bad)


def _files(path: str) -> list[Path]:
    place = Path(path)
    if place.is_dir():
        found = sorted(place.rglob("*.parquet"))
    elif place.exists() or not any(sign in path for sign in "*?["):
        return [_text_table.existing_file(path, "parquet")]
    else:
        found = sorted(Path(name) for name in glob(path, recursive=True))
    if not found:
        raise UserError(
            f"Expected Parquet files. Received: path={path!r}, where there are none. "
            "Correct the path; it is taken from the current directory."
        )
    return found


def _tables(
    files: list[Path], text: str, label: str | list[str]
) -> Iterator[tuple[Path, pa.Table]]:
    wanted = _text_table.wanted_labels(label)
    for file in files:
        try:
            schema = pq.read_schema(file)
            _text_table.check_columns(file.name, schema.names, "", text=text, **wanted)
            kinds = {name: schema.field(name).type for name in schema.names}
            labels = set(wanted.values())
            names = [
                name
                for name, kind in kinds.items()
                if _is_plain(kind) or (name in labels and _is_list(kind))
            ]
            if {text, *labels} - set(names):
                told = ", ".join(f"{name}: {kinds[name]}" for name in (text, *sorted(labels)))
                raise UserError(
                    f"Expected columns of texts and labels. Received: {file.name} with {told}."
                )
            yield file, _comparable(pq.ParquetFile(file).read(columns=names))
        except (pa.ArrowException, OSError) as error:
            raise UserError(
                f"Expected a Parquet file. Received: {file} ({str(error)[:120]}). "
                "Write it anew, or remove it."
            ) from None


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_temporal,
    )
    return any(test(kind) for test in tests)


def _is_list(kind: pa.DataType) -> bool:
    tests = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(test(kind) for test in tests) and _is_plain(kind.value_type)


def _comparable(content: pa.Table) -> pa.Table:
    """Dates as ISO texts, categories as what they stand for."""
    for index, field in enumerate(content.schema):
        if pa.types.is_dictionary(field.type):
            plain = content.column(index).cast(field.type.value_type)
        elif pa.types.is_temporal(field.type):
            plain = content.column(index).cast(pa.string())
        else:
            continue
        content = content.set_column(index, field.name, plain)
    return content
