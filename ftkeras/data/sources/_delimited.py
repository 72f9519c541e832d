"""Reading tables of delimited text, with the place of every row."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _text_table
from ftkeras.errors import UserError

_SEPARATORS = (",", "\t", ";", "|")
_LARGEST_CELL = 1 << 30


def read(
    file: Path,
    wanted: Mapping[str, str],
    separator: str | None,
    encoding: str,
    quoted: bool,
    bad: BadRows,
) -> tuple[dict[str, list[str]], list[str]]:
    """Returns the columns of a file by name, and where each row stands.

    Args:
        file: A table with a header row.
        wanted: Argument name -> the column it asks for.
        separator: One character, or `None` to take the one that finds the wanted columns.
        encoding: How characters are stored; a byte-order mark of UTF-8 is skipped.
        quoted: Whether `"` encloses cells.
        bad: Where rows with too few or too many cells go.

    Raises:
        UserError: The file is empty, not in this encoding, badly quoted, or lacks a column.
    """
    _check_encoding(encoding)
    previous = csv.field_size_limit(_LARGEST_CELL)
    try:
        separator = separator or _separator(file, encoding, list(wanted.values()))
        names, columns, locations = _read(file, separator, encoding, quoted, bad)
    except UnicodeError:  # some encodings, such as idna, tell no place
        raise _undecodable(file, encoding) from None
    finally:
        csv.field_size_limit(previous)
    note = f" (read with separator={separator!r})" if len(names) == 1 else ""
    _text_table.check_columns(file.name, names, note, **wanted)
    return dict(zip(names, columns, strict=True)), locations


def _read(
    file: Path, separator: str, encoding: str, quoted: bool, bad: BadRows
) -> tuple[list[str], list[list[str]], list[str]]:
    rows = _rows(file, separator, encoding, quoted)
    _, _, header = next(rows, (0, 0, []))
    if not header:
        raise UserError(
            f"Expected a header row with the names of the columns. Received: path={str(file)!r} "
            "(empty). Check that the file is the right one."
        )
    names = [name.strip() or f"column_{index}" for index, name in enumerate(header, start=1)]
    columns: list[list[str]] = [[] for _ in names]
    locations: list[str] = []
    for row, line, cells in rows:
        location = f"{file.name}, row {row}" + (f" (line {line})" if line != row else "")
        if len(cells) != len(names):
            reason = f"{_cells(len(cells))} where the header has {len(names)}"
            bad.add(location, reason, table.shown(cells))
            continue
        locations.append(location)
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    return names, columns, locations


def _rows(
    file: Path, separator: str, encoding: str, quoted: bool
) -> Iterator[tuple[int, int, list[str]]]:
    """Yields row number, number of its first line, and cells; rows without a cell are skipped."""
    with _opened(file, encoding) as lines:
        try:
            reader = csv.reader(
                lines,
                delimiter=separator,
                quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
                strict=True,
            )
        except (TypeError, ValueError):
            raise UserError(
                f"Expected `separator` to be one character. Received: separator={separator!r}."
            ) from None
        row, line = 0, 1
        try:
            for row, cells in enumerate(reader, start=1):
                if cells:
                    yield row, line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise UserError(
                f"Expected quotation marks that open and close a cell. Received: {file.name}, row "
                f"{row + 1} (line {line}): {error}. Mend the row, or read the marks as ordinary "
                "characters with quoted=False."
            ) from None


def _opened(file: Path, encoding: str) -> TextIO:
    plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return file.open(encoding="utf-8-sig" if plain else encoding, newline="")


def _separator(file: Path, encoding: str, wanted: list[str]) -> str:
    with _opened(file, encoding) as lines:
        header = lines.readline(1 << 20)
    for separator in _SEPARATORS:
        names = [name.strip().strip('"') for name in header.rstrip("\r\n").split(separator)]
        if all(name in names for name in wanted):
            return separator
    return "\t" if file.suffix.lower() in (".tsv", ".tab") else ","


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise UserError(
            "Expected the name of a text encoding such as 'utf-8' or 'cp1252'. Received: "
            f"encoding={encoding!r}."
        ) from None


def _undecodable(file: Path, encoding: str) -> UserError:
    data = file.read_bytes()
    other = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"
    found = "bytes that are none"
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x}" if error.start < len(data) else "an early end"
        found = f"{byte} in line {line}, which is none"
    except UnicodeError:
        pass
    return UserError(
        f"Expected {file.name} to be stored as {encoding}. Received: {found}. Give the file's own "
        f"encoding, for example encoding='{other}'."
    )


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"
