"""Tables of texts that are too large for memory -> Dataset with its texts left on disk."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.data.sources import _text_table
from ftkeras.data.texts_on_disk import TextsOnDisk

_MOST_SHARED = 1_000_000


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, one after the other.

    Args:
        file: What messages call the file.
        first_row: Number of the first of these rows in the file.
        columns: Column name -> one value a row.
        numbers: Number of each row, where they do not follow one another.
        unit: What messages call a row.
    """

    file: str
    first_row: int
    columns: Mapping[str, Sequence[Any]]
    numbers: Sequence[int] = ()
    unit: str = "row"

    def number(self, row: int) -> int:
        """Returns the number in the file of a row of this piece."""
        return self.numbers[row] if self.numbers else self.first_row + row


@dataclass
class _Kept:
    """What is kept of the rows that can be used: 60 bytes each, and labels and columns."""

    texts: TextsOnDisk = field(default_factory=TextsOnDisk)
    ids: list[NDArray[np.bytes_]] = field(default_factory=list)
    labels: list[Any] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    unit: str = "row"
    file_of: "array[int]" = field(default_factory=lambda: array("i"))
    rows: "array[int]" = field(default_factory=lambda: array("i"))
    shared: dict[str, str] = field(default_factory=dict)

    def share(self, value: Any) -> Any:
        """Returns an equal value that others have, too: a text repeated is stored once."""
        if not isinstance(value, str) or len(self.shared) >= _MOST_SHARED:
            return self.shared.get(value, value) if isinstance(value, str) else value
        return self.shared.setdefault(value, value)


def assemble(
    pieces: Iterable[Piece],
    text: str,
    label: str | Sequence[str],
    max_characters: int,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset that `_text_table.assemble` would build of the same rows.

    Args:
        pieces: The rows, in order.
        text: The column that holds the texts.
        label: The column that holds the labels, or several.
        max_characters: Longer texts are bad rows.
        bad: Where bad rows go.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    names = _text_table.label_columns(label)
    kept = _Kept()
    for piece in pieces:
        columns, joined = _text_table.joined(piece.columns, names)
        if piece.file not in kept.files[-1:]:
            kept.files.append(piece.file)
        kept.unit = piece.unit
        _keep(kept, piece, columns, text, joined, max_characters, bad)
    rejected = bad.settle()
    if not kept.rows:
        raise bad.nothing_left()
    ids = np.concatenate(kept.ids)
    kept.ids.clear()
    further = {name: table.column_array(kept.columns.pop(name)) for name in list(kept.columns)}
    return Dataset(
        modality="text",
        ids=cast("NDArray[np.str_]", ids.astype(np.dtypes.StringDType())),
        # Arrays in all that other rooms ask of them.
        inputs=cast("NDArray[Any]", kept.texts.column()),
        labels=table.label_array(kept.labels),
        locations=cast("NDArray[np.object_]", _locations(kept)),
        columns=further,
        rejected=rejected,
        label_names=names,
    )


def _keep(
    kept: _Kept,
    piece: Piece,
    columns: Mapping[str, Sequence[Any]],
    text: str,
    label: str,
    max_characters: int,
    bad: BadRows,
) -> None:
    good = []
    for row, (value, answer) in enumerate(zip(columns[text], columns[label], strict=True)):
        column, reason = _text_table.problem(text, value, label, answer, max_characters)
        if reason:
            location = f"{piece.file}, {piece.unit} {piece.number(row)}"
            bad.add(location, reason, _text_table.excerpt([value, answer]), column)
        else:
            good.append(row)
    texts = [columns[text][row] for row in good]
    kept.texts.extend(texts)
    kept.ids.append(np.array([content_digest("text", value) for value in texts], "S32"))
    kept.rows.extend(map(piece.number, good))
    kept.file_of.extend([len(kept.files) - 1] * len(good))
    kept.labels.extend(kept.share(columns[label][row]) for row in good)
    for name, values in columns.items():
        if name not in (text, label):
            kept.columns.setdefault(name, []).extend(kept.share(values[row]) for row in good)


def _locations(kept: _Kept) -> LazyColumn:
    rows, file_of = np.frombuffer(kept.rows, "int32"), np.frombuffer(kept.file_of, "int32")
    files, unit = list(kept.files), kept.unit

    def read(chosen: NDArray[np.integer]) -> list[str]:
        pairs = zip(file_of[chosen].tolist(), rows[chosen].tolist(), strict=True)
        return [f"{files[file]}, {unit} {row}" for file, row in pairs]

    return LazyColumn.of(read, len(rows))
