"""Texts, images, numbers and their labels in a file with one JSON object a line."""

import functools
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import (
    _boxed_images,
    _input_columns,
    _large_json_lines,
    _large_text_table,
    _text_table,
)
from ftkeras.errors import UserError


def build(  # noqa: PLR0913 - a call string names each of these by itself
    path: str,
    text: str | None = None,
    label: str | list[str] = "label",
    max_characters: int = 1_000_000,
    on_bad_row: str = "error",
    second_text: str | None = None,
    image: str | None = None,
    numbers: str | list[str] | None = None,
    categories: str | list[str] | None = None,
    root: str | None = None,
    boxes: str | None = None,
    words: str | None = None,
    start: str | None = None,
    rows_in_memory: int = 1_000_000,
) -> Dataset:
    r"""Reads a JSON Lines file (UTF-8); the other plain values become slice columns.

    Lines are numbered from 1; blank lines are skipped. A key that a line lacks counts as missing.
    Keys that hold a list or an object anywhere are no columns.

    Of more than `rows_in_memory` lines with one text as input the texts are left on disk, as
    `parquet` does; the file is then read twice.

    Args:
        path: The file.
        text: The key of the text; `None` takes `text`, unless an image, numbers or categories are
            the input.
        label: The key of the label: a text, a number, true or false, or a list of these; a list of
            keys for several numbers to predict.
        max_characters: Longer texts are bad rows.
        on_bad_row: `"error"` refuses the file and names the lines; `"skip"` and
            `"quarantine"` leave them out.
        second_text: The key of the second text, for pairs: an input is then both.
        image: The key of paths of images, relative to `root`.
        numbers: Keys of numbers, joined by commas or in a list; what a line lacks is missing.
        categories: Keys of categories; they are slice columns, too.
        root: The folder of the images; by default that of the file.
        boxes: How boxes are written, `xyxy` or `xywh`: the label is then a list of objects, one a
            box: `{"label": "cat", "box": [1, 2, 30, 40]}`.
        words: The key of lists of words, for tags: `label` then holds as many tags, for example
            `words='tokens', label='ner_tags'`.
        start: For answers that stand in the second text: the key of the character at which each
            begins; empty for `answer_start`, or the first occurrence where that is missing.
        rows_in_memory: From more lines on, texts are left on disk.

    Raises:
        UserError: The file is missing or empty, no line has these keys, or a line is not UTF-8,
            is no JSON object, repeats a key, or has an empty text or no label.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "reviews.jsonl"
        >>> _ = path.write_text('{"text": "Great fun", "label": 1, "stars": 5}\n')
        >>> dataset = build(str(path))
        >>> dataset.inputs.tolist(), dataset.labels.tolist(), dataset.columns["stars"].tolist()
        (['Great fun'], [1], [5])
    """
    file = existing_file(path, "json_lines")
    bad = BadRows(on_bad_row, source=file.name)
    wanted = _text_table.wanted_labels(label)
    inputs = _input_columns.chosen(text, second_text, image, numbers, categories, root, words)
    alone = inputs.text if inputs.modalities == ("text",) and not (boxes or start) else None
    if alone and _large_json_lines.has_more_lines(file, rows_in_memory):
        objects = functools.partial(_objects, file)
        large = _large_json_lines.pieces(objects, file.name, alone, label, bad)
        return _large_text_table.assemble(large, alone, label, max_characters, bad)
    found = list(_objects(file, bad))
    keys = list(dict.fromkeys(key for _, content in found for key in content))
    if not found:
        bad.settle()
        raise UserError(
            f"Expected one JSON object a line. Received: path={path!r} with none. "
            "Check that the file is the right one."
        )
    inputs = _input_columns.with_answers(inputs, label, start)
    _text_table.check_columns(file.name, keys, "", **inputs.wanted, **wanted)
    given = sum(len(content) for _, content in found)
    _large_json_lines.check_filled(file.name, len(keys), len(found), given)
    columns = {key: [content.get(key) for _, content in found] for key in keys}
    plain = {
        key: values
        for key, values in columns.items()
        if key in (*inputs.wanted.values(), *wanted.values())
        or not any(isinstance(value, list | dict) for value in values)
    }
    locations = [location for location, _ in found]
    if boxes is not None:
        folder = file.parent if root is None else Path(os.path.expanduser(root))
        return _boxed_images.of_table(columns, locations, image, label, folder, boxes, bad)
    return _input_columns.assemble(
        plain, locations, inputs, label, max_characters, file.parent, bad
    )


def _objects(file: Path, bad: BadRows) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields where each object stands, and the object."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            location = f"{file.name}, line {number}"
            try:
                content = json.loads(line.decode("utf-8"), object_pairs_hook=_without_repeats)
            except UnicodeDecodeError as error:
                reason = f"byte 0x{line[error.start]:02x} is no UTF-8"
            except RecursionError:
                reason = "the JSON is nested too deeply"
            except ValueError as error:
                reason = f"it is no JSON ({error})"
            else:
                reason = "" if isinstance(content, dict) else "it is no JSON object"
            if reason:
                bad.add(location, reason, line[:1000].decode("utf-8", "replace"))
            else:
                yield location, content


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        again = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"Expected every key once. Received: {again[:40]!r} more than once")
    return content
