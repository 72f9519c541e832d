"""Parquet files read piece by piece, never more at once than a limit allows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ftkeras.data.sources import _text_table
from ftkeras.data.sources._large_text_table import Piece
from ftkeras.errors import UserError

_ROWS = 8192
# What a row takes in Python beside its texts, at least.
_BYTES_A_ROW = 64
_UNFOLDS_BY = 200
_UNFOLDS_TO = 1_000_000_000
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_PLAIN = (*_TEXTS, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)
_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)


def count_rows(files: Sequence[Path]) -> int:
    """Returns how many rows the files say they have.

    Raises:
        UserError: One is no Parquet file.
    """
    rows = 0
    for file in files:
        try:
            rows += pq.read_metadata(file).num_rows
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(file, error) from None
    return rows


def pieces(
    files: Sequence[tuple[Path, str]],
    inputs: Mapping[str, str],
    label: str | list[str],
    max_bytes: int,
) -> Iterator[Piece]:
    """Yields the rows of the files, in order.

    Texts are read as references to the different ones, so that a file that repeats a long one
    ever again is found out before it unfolds.

    Args:
        files: Each file, and what messages call it.
        inputs: Argument name -> the column of inputs that it asks for.
        label: The column that holds the labels, or several.
        max_bytes: All rows together may take so much, and 200 times what the files take if that
            is more than a gigabyte.

    Raises:
        UserError: A file is damaged, too large, lacks a column, or has others than the first.
    """
    first: list[str] = []
    spent = 0
    limit = min(max_bytes, max(_UNFOLDS_TO, _UNFOLDS_BY * sum(f.stat().st_size for f, _ in files)))
    for file, name in files:
        try:
            for piece, size in _of_file(file, name, inputs, label):
                first = first or list(piece.columns)
                if set(first) != set(piece.columns):
                    raise UserError(
                        f"Expected the columns {_text_table.listed(first)} in every file. "
                        f"Received: {name} with {_text_table.listed(list(piece.columns))}. Read "
                        "these files separately."
                    )
                spent += size
                _check_size(name, spent, limit)
                yield _unfolded(piece)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            if isinstance(error, UserError):
                raise
            raise _damaged(file, error) from None


def _of_file(
    file: Path, name: str, inputs: Mapping[str, str], label: str | list[str]
) -> Iterator[tuple[Piece, int]]:
    schema = pq.read_schema(file)
    wanted = _text_table.wanted_labels(label)
    _text_table.check_columns(name, schema.names, "", **inputs, **wanted)
    kinds = {column: schema.field(column).type for column in schema.names}
    needed = (*inputs.values(), *wanted.values())
    lists = {*wanted.values(), inputs.get("words"), inputs.get("start")}
    columns = [
        column
        for column, kind in kinds.items()
        if _is_plain(kind)
        or (column in lists and _is_list(kind))
        or (column in wanted.values() and _is_several_lists(kind))
    ]
    if set(needed) - set(columns):
        told = ", ".join(f"{column}: {kinds[column]}" for column in needed)
        raise UserError(
            f"Expected columns of inputs and labels. Received: {name} with {told[:500]}."
        )
    folded = [column for column in columns if _is(kinds[column], _TEXTS)]
    with pq.ParquetFile(file, read_dictionary=folded) as content:
        row = 0
        for batch in content.iter_batches(batch_size=_ROWS, columns=columns):
            named = dict(zip(batch.schema.names, batch.columns, strict=True))
            arrays = {column: named[column] for column in columns}
            yield Piece(name, row, arrays), sum(map(_size, arrays.values()))
            row += len(batch)
        if not row:  # its columns count all the same
            yield Piece(name, 0, {column: pa.array([]) for column in columns}), 0


def _size(values: pa.Array) -> int:
    """Bytes that an array takes when each of its values stands there in full."""
    size = _BYTES_A_ROW * len(values)
    if pa.types.is_dictionary(values.type) and _is(values.type.value_type, _TEXTS):
        lengths = pc.binary_length(values.dictionary.cast(pa.large_string()))
        size += pc.sum(pc.cast(pc.take(lengths, values.indices), pa.int64())).as_py() or 0
    elif not pa.types.is_dictionary(values.type):
        size += values.nbytes
    return int(size)


def _check_size(name: str, spent: int, limit: int) -> None:
    if spent > limit:
        raise UserError(
            f"Expected data that take at most {limit:,} bytes when unpacked ({_UNFOLDS_BY} times "
            f"the files, or {_UNFOLDS_TO:,}, and no more than max_bytes). Received: {name}, where "
            "they take more: a small file can unfold without end. Write it anew without the "
            "endless repeats, or raise max_bytes."
        )


def _unfolded(piece: Piece) -> Piece:
    columns = {name: _comparable(values).to_pylist() for name, values in piece.columns.items()}
    return Piece(piece.file, piece.first_row, columns)


def _comparable(values: pa.Array) -> pa.Array:
    """Dates as ISO texts, categories as what they stand for."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_temporal(values.type):
        try:
            return values.cast(pa.string())
        except pa.ArrowException:  # some kinds of time, or times out of range, are never written
            return values.cast(pa.int64()).cast(pa.string())
    return values


def _is(kind: pa.DataType, tests: Sequence[Callable[[pa.DataType], bool]]) -> bool:
    return any(test(kind) for test in tests)


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    # Intervals of months, days and nanoseconds are three numbers.
    return _is(kind, (*_PLAIN, pa.types.is_temporal)) and not pa.types.is_interval(kind)


def _is_list(kind: pa.DataType) -> bool:
    return _is(kind, _LISTS) and _is_plain(kind.value_type)


def _is_several_lists(kind: pa.DataType) -> bool:
    """Whether it is a list of texts beside one of places, as answers are stored."""
    return pa.types.is_struct(kind) and all(_is_list(field.type) for field in kind)


def _damaged(file: Path, error: Exception) -> UserError:
    return UserError(
        f"Expected a Parquet file. Received: {str(file)[-300:]} ({str(error)[:120]}). "
        "Write it anew, or remove it."
    )
