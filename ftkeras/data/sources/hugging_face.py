"""Data sets of the Hugging Face `datasets` library, from a directory or from the hub."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import existing_file
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _answer_columns, _records, _words
from ftkeras.errors import UserError

_LONGEST = 1_000_000
_PLAIN = ("string", "large_string", "bool", "int32", "int64", "float32", "float64")


def build(  # noqa: PLR0913 - a call string names each of these by itself
    path: str,
    text: str | Sequence[str] = "",
    image: str = "",
    label: str = "label",
    split: str = "",
    name: str = "",
    on_bad_row: str = "error",
    words: str = "",
    audio: str = "",
    start: str | None = None,
) -> Dataset:
    """Reads a data set of the `datasets` library, all of its splits or one.

    Labels of classes are their names. With several splits, the column `part` holds the one an
    example is from, so that `--split="given(column='part')"` keeps the published test part. No code
    of a data set is run, and no pickle is read. Images and sounds are kept decoded, in memory;
    where a data set holds paths of files in place of their content, only files of the data set, or
    that the library downloaded, are read.

    Args:
        path: A directory written by `save_to_disk`, or a name on the hub, which is downloaded once.
        text: Name of the column that holds the text, or of two.
        image: Name of the column that holds the image.
        label: Name of the column that holds the label.
        split: One split; all of them by default.
        name: Which configuration, where a data set of the hub has several.
        on_bad_row: `"error"` refuses the data and names the rows; `"skip"` and `"quarantine"`
            leave them out.
        words: Name of the column of lists of words, for tags: `label` then holds as many tags.
        audio: Name of the column that holds the sound; one of `text`, `image`, `words` and `audio`
            is the input.
        start: For answers that stand in the second text: the column of the character at which each
            begins; empty for `answer_start`, or what `label` says itself, as that of SQuAD does
            (`text=['question', 'context'], label='answers'`).

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
    if start is not None:
        return _of_answers(path, parts, text, label, start, on_bad_row)
    inputs = _records.check_names(path, list(first.column_names), text, image, label, audio)
    wanted = _records.wanted(inputs, image, audio, label)
    names = getattr(first.features[label], "names", None)
    of_files = image or audio

    def records() -> Iterator[tuple[str, dict[str, Any] | str]]:
        for part, rows in parts.items():
            stored = _undecoded(rows, of_files, is_sound=bool(audio))
            for number, row in enumerate(_read(stored, f"{path}/{part}")):
                record = {**row, _records.PART: part} if len(parts) > 1 else dict(row)
                if names is not None and record[label] is not None:
                    known = 0 <= record[label] < len(names)  # -1 stands for "not published"
                    record[label] = names[record[label]] if known else None
                place = f"{path}/{part}, row {number}"
                if of_files:
                    record[of_files], reason = _content(record[of_files], path)
                    if reason:
                        yield place, f"`{of_files}` {reason}"
                        continue
                yield place, record

    return _records.assemble(records(), wanted, Path(path).name, on_bad_row)


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
    names = getattr(getattr(first.features[label], "feature", None), "names", None)
    columns, places = _in_columns(path, parts, (words, label))
    if names is not None:
        columns[label] = [
            tags and [names[tag] if 0 <= tag < len(names) else None for tag in tags]
            for tags in columns[label]
        ]
    bad = BadRows(on_bad_row, source=Path(path).name)
    return _words.assemble(columns, places, words, label, _LONGEST, bad)


def _of_answers(
    path: str,
    parts: dict[str, Any],
    texts: str | Sequence[str],
    label: str,
    start: str,
    on_bad_row: str,
) -> Dataset:
    """Questions and their contexts; answers are pieces of these."""
    known = list(next(iter(parts.values())).column_names)
    question, context = _answer_columns.question_and_context(texts, label)
    _records.check_names(path, known, [question, context], "", label)
    if start:
        _records.check_names(path, known, start, "", label)
    columns, places = _in_columns(path, parts, (question, context, label, *filter(None, [start])))
    bad = BadRows(on_bad_row, source=Path(path).name)
    named = (question, context, label, start)
    return _answer_columns.assemble(columns, places, named, _LONGEST, bad)


def _in_columns(
    path: str, parts: dict[str, Any], needed: Sequence[str]
) -> tuple[dict[str, list[Any]], list[str]]:
    """Returns the columns that are needed and those of plain values, and where each row stands."""
    features = next(iter(parts.values())).features
    kept = list(dict.fromkeys([*filter(lambda name: _is_plain(features[name]), features), *needed]))
    columns: dict[str, list[Any]] = {name: [] for name in kept}
    part_of, places = [], []
    for part, rows in parts.items():
        where = f"{path}/{part}"
        for number, row in enumerate(_read(rows.select_columns(kept), where)):
            places.append(f"{where}, row {number}")
            part_of.append(part)
            for name, cells in columns.items():
                cells.append(row[name])
    return columns | ({_records.PART: part_of} if len(parts) > 1 else {}), places


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


def _read(rows: Any, where: str) -> Iterator[dict[str, Any]]:
    """Rows one by one; files of a data set may be damaged in the middle."""
    try:
        yield from rows
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise UserError(
            f"Expected rows that can be read. Received: {where} ({type(error).__name__}: "
            f"{str(error)[:200]}). Write the data set anew."
        ) from error


def _undecoded(rows: Any, column: str, *, is_sound: bool) -> Any:
    """Images and sounds as encoded bytes, which are looked at before anything unfolds them.

    Those of columns that nobody asked for are not decoded either.
    """
    import datasets  # optional

    kind = datasets.Audio if is_sound else datasets.Image
    if column and not isinstance(rows.features[column], kind):
        what = "sounds" if is_sound else "images"
        raise UserError(
            f"Expected a column of {what}. Received: {column!r} of type "
            f"{str(rows.features[column])[:100]}."
        )
    for name, feature in rows.features.items():
        if isinstance(feature, datasets.Audio | datasets.Image):
            rows = rows.cast_column(name, type(feature)(decode=False))
    return rows


def _content(value: Any, path: str) -> tuple[bytes | None, str]:
    """Returns the content of a file, and why it cannot be had."""
    if value is None or (value.get("bytes") is None and not value.get("path")):
        return None, ""
    if value.get("bytes") is not None:
        return bytes(value["bytes"]), ""
    file, homes = Path(value["path"]), [Path(os.path.expanduser(path)), *_downloads()]
    try:
        if not any(file.resolve().is_relative_to(home.resolve()) for home in homes):
            return None, f"is the path {str(file)[:200]!r}, which leads out of the data set"
        return existing_file.content(file), ""
    except (OSError, RuntimeError, ValueError) as error:
        return None, f"cannot be read ({getattr(error, 'strerror', None) or error})"


def _downloads() -> list[Path]:
    """Where the library keeps what it has downloaded."""
    import datasets  # optional

    found = (datasets.config.HF_DATASETS_CACHE, datasets.config.DOWNLOADED_DATASETS_PATH)
    return [Path(place) for place in found]
