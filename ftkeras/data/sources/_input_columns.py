"""Which columns of a table make an input: texts, an image, numbers and categories, or several."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import image_file, input_parts, table, table_rows
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest
from ftkeras.data.sources import _answer_columns, _image_cell, _text_table, _words
from ftkeras.errors import UserError

_MAX_PIXELS = 50_000_000
# A part of an input -> the part as models take it, its id, what is wrong with it and where.
_Part = tuple[Any, str, str, str]


@dataclass(frozen=True)
class InputColumns:
    """The columns that a person named.

    Args:
        text: The column of texts, or of the first texts of pairs.
        second_text: The column of the second texts.
        image: The column of paths of images.
        numbers: Columns of numbers.
        categories: Columns of categories.
        root: The folder that images are in; `None` takes that of the table.
        words: The column of lists of words, each word with a label; then it is the only one.
        start: Where labels are answers that stand in the second text: the column of where they
            begin, empty for the usual one; `None` where labels are anything else.
    """

    text: str | None
    second_text: str | None = None
    image: str | None = None
    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    root: str | None = None
    words: str | None = None
    start: str | None = None

    @property
    def wanted(self) -> dict[str, str]:
        """Argument name -> the column it asks for."""
        single = {"text": self.text, "second_text": self.second_text, "image": self.image,
                  "words": self.words, "start": self.start or None}  # fmt: skip
        several = {"numbers": self.numbers, "categories": self.categories}
        return {
            **{name: column for name, column in single.items() if column is not None},
            **{f"{name} ({n})": column for name, columns in several.items()
               for n, column in enumerate(columns, start=1)},
        }  # fmt: skip

    @property
    def modalities(self) -> tuple[str, ...]:
        """The parts an input has."""
        return tuple(
            name
            for name, there in (
                ("words", self.words),
                ("text", self.text and not self.second_text),
                ("text_pair", self.second_text),
                ("image", self.image),
                ("tabular", self.numbers or self.categories),
            )
            if there
        )


def chosen(
    text: str | None,
    second_text: str | None,
    image: str | None,
    numbers: str | Sequence[str] | None,
    categories: str | Sequence[str] | None,
    root: str | None = None,
    words: str | None = None,
) -> InputColumns:
    """Returns the columns a person named; the column `text` where that is nothing or needed.

    Args:
        text: One column.
        second_text: One column.
        image: One column.
        numbers: Columns, joined by commas or in a list.
        categories: Columns, joined by commas or in a list.
        root: A folder.
        words: One column.

    Raises:
        UserError: A folder without images, or words beside anything else.
    """
    of_numbers, of_categories = _names(numbers), _names(categories)
    if words is not None:
        others = (text, second_text, image, numbers, categories, root)
        if any(other is not None for other in others):
            raise UserError(
                f"Expected `words` to be the only input. Received: words={words!r} with others "
                "beside it. Leave text, second_text, image, numbers, categories and root out."
            )
        return InputColumns(None, words=words)
    if text is None and (second_text or not (image or of_numbers or of_categories)):
        text = "text"
    if root is not None and image is None:
        raise UserError(
            f"Expected no `root` without images. Received: root={root!r}, image=None. "
            "Name the column of the images' paths, as in image='file'."
        )
    return InputColumns(text, second_text, image, of_numbers, of_categories, root)


def with_answers(
    inputs: InputColumns, label: str | Sequence[str], start: str | None
) -> InputColumns:
    """Returns the columns for labels that are answers, which stand in the second text.

    Args:
        inputs: The columns that make an input.
        label: The column of answers.
        start: The column of where they begin, empty for the usual one; `None` where labels are
            anything else.

    Raises:
        UserError: There is no second text, or there are several columns of labels.
    """
    if start is None:
        return inputs
    _answer_columns.check(inputs.text, inputs.second_text, label)
    return replace(inputs, start=start)


def assemble(
    columns: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    inputs: InputColumns,
    label: str | Sequence[str],
    max_characters: int,
    folder: Path,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset of a table, leaving out what `bad` collects.

    Categories are slice columns, too.

    Args:
        columns: Column name -> one value a row.
        locations: Where each row stands.
        inputs: The columns that make an input.
        label: The column that holds the labels, or several, one a number to be predicted.
        max_characters: Longer texts are bad rows.
        folder: That of the table.
        bad: Where bad rows go.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    if inputs.words is not None:
        (tags,) = _text_table.label_columns(label)
        return _words.assemble(columns, locations, inputs.words, tags, max_characters, bad)
    if inputs.start is not None:
        named = (str(inputs.text), str(inputs.second_text), str(label), inputs.start)
        return _answer_columns.assemble(columns, locations, named, max_characters, bad)
    if inputs.modalities == ("text",) and inputs.text is not None:
        return _text_table.assemble(columns, locations, inputs.text, label, max_characters, bad)
    names = _text_table.label_columns(label)
    columns, label = _text_table.joined(columns, names)
    readers = _readers(columns, inputs, max_characters, folder)
    kept: list[int] = []
    values, ids = [], []
    for row, location in enumerate(locations):
        parts = {name: read(row) for name, read in readers.items()}
        wrong = next(((why, where) for _, _, why, where in parts.values() if why), None)
        if wrong is None and (why := table.label_problem(label, columns[label][row])):
            wrong = why, label
        if wrong is not None:
            shown = [columns[name][row] for name in (*inputs.wanted.values(), label)]
            bad.add(location, wrong[0], _text_table.excerpt(shown), wrong[1])
            continue
        kept.append(row)
        values.append({name: value for name, (value, _, _, _) in parts.items()})
        ids.append({name: identity for name, (_, identity, _, _) in parts.items()})
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    modality = inputs.modalities[0] if len(inputs.modalities) == 1 else "multimodal"
    several = modality == "multimodal"
    digests = [input_parts.parts_digest(each) if several else each[modality] for each in ids]
    used = {*inputs.wanted.values(), label} - set(inputs.categories)
    return Dataset(
        modality=modality,
        ids=input_parts.numbered(digests) if modality == "tabular" else np.array(digests),
        inputs=table.object_array([each if several else each[modality] for each in values]),
        labels=table.label_array([columns[label][row] for row in kept]),
        locations=table.object_array([locations[row] for row in kept]),
        columns={
            name: table.column_array([cells[row] for row in kept])
            for name, cells in columns.items()
            if name not in used
        },
        rejected=rejected,
        label_names=names,
    )


def _readers(
    columns: Mapping[str, Sequence[Any]], inputs: InputColumns, max_characters: int, folder: Path
) -> dict[str, Callable[[int], _Part]]:
    """What reads each part of the input in a row."""

    def text(row: int) -> _Part:
        name = inputs.text or ""
        value = columns[name][row]
        why = table.text_problem(name, value, max_characters)
        return value, "" if why else content_digest("text", value), why, name

    def pair(row: int) -> _Part:
        names = [inputs.text or "", inputs.second_text or ""]
        both = [columns[name][row] for name in names]
        for name, value in zip(names, both, strict=True):
            if why := table.text_problem(name, value, max_characters):
                return None, "", why, name
        return tuple(both), input_parts.pair_digest(both), "", ""

    def cells(row: int) -> _Part:
        given = {name: columns[name][row] for name in (*inputs.numbers, *inputs.categories)}
        value, why, where = table_rows.row(given, inputs.numbers, inputs.categories)
        return value, "" if why else input_parts.row_digest(value), why, where

    readers: dict[str, Callable[[int], _Part]]
    readers = {"text": text, "text_pair": pair, "tabular": cells}
    if inputs.image is not None:
        readers["image"] = _image_reader(columns[inputs.image], inputs.image, inputs.root, folder)
    return {name: readers[name] for name in inputs.modalities}


def _image_reader(
    paths: Sequence[Any], column: str, root: str | None, folder: Path
) -> Callable[[int], _Part]:
    place = Path(os.path.expanduser(root)) if root is not None else folder
    if not place.is_dir():
        raise UserError(f"Expected `root` to be a folder. Received: root={root!r}.")
    found = image_file.for_each(lambda cell: _image_cell.inspect(place, cell, _MAX_PIXELS), paths)

    def read(row: int) -> _Part:
        identity, why = found[row]
        return "" if why else str(place / str(paths[row]).strip()), identity, why, column

    return read


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    """Columns joined by commas, or in a list."""
    if columns is None:
        return ()
    if isinstance(columns, str):
        return tuple(name.strip() for name in columns.split(",") if name.strip())
    return tuple(columns)
