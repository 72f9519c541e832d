"""Data sets of the Hugging Face `datasets` library, from a directory or from the hub."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _records, _words
from ftkeras.errors import UserError

_LONGEST = 1_000_000
_PLAIN = ("string", "large_string", "bool", "int32", "int64", "float32", "float64")


def build(
    path: str,
    text: str | Sequence[str] = "",
    image: str = "",
    label: str = "label",
    split: str = "",
    name: str = "",
    on_bad_row: str = "error",
    words: str = "",
) -> Dataset:
    """Reads a data set of the `datasets` library, all of its splits or one.

    Labels of classes are their names. With several splits, the column `part` holds the one an
    example is from, so that `--split="given(column='part')"` keeps the published test part. No code
    of a data set is run, and no pickle is read. Images are kept decoded, in memory.

    Args:
        path: A directory written by `save_to_disk`, or a name on the hub, which is downloaded once.
        text: Name of the column that holds the text, or of two.
        image: Name of the column that holds the image; either this or `text`.
        label: Name of the column that holds the label.
        split: One split; all of them by default.
        name: Which configuration, where a data set of the hub has several.
        on_bad_row: `"error"` refuses the data and names the rows; `"skip"` and `"quarantine"`
            leave them out.
        words: Name of the column of lists of words, for tags: `label` then holds as many tags.

    Raises:
        UserError: The library is not installed, or has no such data set, split or column.

    Example:
        >>> build("stanfordnlp/imdb", text="text")  # doctest: +SKIP
    """
    parts = _parts(path, name)
    if split and split not in parts:
        raise UserError(
            f"Expected a split of {path}: {', '.join(parts)}. Received: split={split!r}."
            f"{catalog.nearest(split, list(parts))}"
        )
    parts = {split: parts[split]} if split else parts
    first = next(iter(parts.values()))
    if words:
        return _of_words(path, parts, words, label, (text, image), on_bad_row)
    inputs = _records.check_names(path, list(first.column_names), text, image, label)
    names = getattr(first.features[label], "names", None)

    def records() -> Iterator[tuple[str, dict[str, Any]]]:
        for part, rows in parts.items():
            stored = _undecoded(rows, image) if image else rows
            for number, row in enumerate(stored):
                record = {**row, _records.PART: part} if len(parts) > 1 else dict(row)
                if names is not None and record[label] is not None:
                    known = 0 <= record[label] < len(names)  # -1 stands for "not published"
                    record[label] = names[record[label]] if known else None
                if image:
                    record[image] = _content(record[image])
                yield f"{path}/{part}, row {number}", record

    return _records.assemble(records(), inputs, image, label, Path(path).name, on_bad_row)


def _of_words(
    path: str,
    parts: dict[str, Any],
    words: str,
    label: str,
    others: tuple[str | Sequence[str], str],
    on_bad_row: str,
) -> Dataset:
    """Lists of words; tags that are numbers of classes become their names."""
    first = next(iter(parts.values()))
    known = list(first.column_names)
    _records.check_names(path, known, words, "", label)
    if any(others):
        raise UserError(
            f"Expected `words` to be the only input. Received: words={words!r}, text={others[0]!r},"
            f" image={others[1]!r}. Leave the others out."
        )
    of_tags = getattr(first.features[label], "feature", None)
    names = getattr(of_tags, "names", None)
    columns: dict[str, list[Any]] = {key: [] for key in known if _is_plain(first.features[key])}
    columns |= {words: [], label: [], **({_records.PART: []} if len(parts) > 1 else {})}
    places = []
    for part, rows in parts.items():
        for number, row in enumerate(rows):
            record = {**row, _records.PART: part}
            if names is not None and record[label] is not None:
                record[label] = [names[k] if 0 <= k < len(names) else None for k in record[label]]
            places.append(f"{path}/{part}, row {number}")
            for key, cells in columns.items():
                cells.append(record[key])
    bad = BadRows(on_bad_row, source=Path(path).name)
    return _words.assemble(columns, places, words, label, _LONGEST, bad)


def _is_plain(feature: Any) -> bool:
    return getattr(feature, "dtype", "") in _PLAIN


def _parts(path: str, name: str) -> dict[str, Any]:
    try:
        import datasets  # optional
    except ImportError as error:
        raise UserError(
            f"Expected the package `datasets`. Received: no such package ({error}). "
            "pip install ftkeras[hugging-face]"
        ) from error
    place = Path(os.path.expanduser(path))
    try:
        if place.is_dir():
            found = datasets.load_from_disk(str(place))
        else:
            found = datasets.load_dataset(path, name or None)
    except Exception as error:  # the library and its downloads raise of all kinds
        raise UserError(
            "Expected a directory written by save_to_disk, or a data set of the hub. Received: "
            f"path={path!r} ({type(error).__name__}: {str(error)[:200]}). Check the path, and that "
            "there is a network for the first time."
        ) from error
    return dict(found) if isinstance(found, dict) else {"all": found}


def _undecoded(rows: Any, image: str) -> Any:
    """Images as encoded bytes, which are looked at before anything unfolds them."""
    import datasets  # optional

    return rows.cast_column(image, datasets.Image(decode=False))


def _content(value: Any) -> bytes:
    if value is None:
        return b""
    if value["bytes"] is not None:
        return bytes(value["bytes"])
    return Path(value["path"]).read_bytes()
