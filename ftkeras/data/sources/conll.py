"""Words and their tags in the files of the CoNLL shared tasks: one word a line."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.sources import _words
from ftkeras.errors import UserError

_DOCUMENT = "-DOCSTART-"
_BLANKS = re.compile(r"[ \t]+")
_AROUND = " \t\r\n"
_PATTERN = "*?["
_SHOWN = 200
# What stands in front of a line of CoNLL-U that is no word: a range of words, an empty node.
_NO_WORD = re.compile(r"[1-9][0-9]*-[1-9][0-9]*|[0-9]+\.[1-9][0-9]*")
_HASH = "#"


def build(
    path: str,
    word: int = 0,
    tag: int = -1,
    comment: str | None = None,
    encoding: str = "utf-8",
    max_characters: int = 100_000,
    on_bad_row: str = "error",
) -> Dataset:
    r"""Reads one word a line with its tag; a blank line ends a sentence.

    Columns stand apart by tabs, or in lines without one by spaces; words may hold spaces where tabs
    are used. Lines that begin with `-DOCSTART-` begin a document, whose number is then the slice
    column `document` (`--split="grouped(column='document')"` keeps documents whole). Of several
    files the column `file` holds the name, so that those of a shared task keep their parts:
    `--split="given(column='file')"` reads `train`, `dev` and `test`.

    Of sentences whose first column counts words from 1, as in CoNLL-U (`word=1, tag=3` for parts of
    speech), comments, ranges of several words (`1-2`) and empty nodes (`8.1`) are skipped: their
    words stand in other lines, or nowhere.

    Args:
        path: A file, or a pattern such as `conll2003/*.txt`.
        word: Number of the column of words, from 0; negative counts from the last.
        tag: Number of the column of tags.
        comment: Lines that begin with it are skipped, in sentences without numbers, too.
        encoding: How characters are stored; a byte-order mark of UTF-8 is skipped.
        max_characters: Longer sentences are bad rows: mostly a file without blank lines.
        on_bad_row: `"error"` refuses the file and names sentences by their first line; `"skip"`
            and `"quarantine"` leave them out.

    Raises:
        UserError: A file is missing, not in this encoding, or holds no sentence; or a line has
            too few columns.

    Example:
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "train.txt"
        >>> _ = path.write_text("Ada\tB-PER\nLovelace\tI-PER\nwrote\tO\n\nBern B-LOC\n")
        >>> dataset = build(str(path))
        >>> dataset.inputs.tolist(), dataset.labels.tolist()[1], dataset.locations.tolist()[1]
        ([('Ada', 'Lovelace', 'wrote'), ('Bern',)], ('B-LOC',), 'train.txt, line 5')

    References:
        Tjong Kim Sang and De Meulder, 2003, CoNLL; Nivre et al., 2020, LREC (CoNLL-U).
    """
    files = _files(path)
    bad = BadRows(on_bad_row, source=Path(path).name[:100])
    found: dict[str, list[Any]] = {"words": [], "tags": [], "document": [], "file": []}
    locations = []
    for file in files:
        for sentence in _sentences(file, encoding, word, tag, comment):
            location = f"{file.name}, line {sentence.line}"
            if sentence.problem:
                bad.add(location, sentence.problem, " ".join(sentence.words[:_SHOWN]))
                continue
            locations.append(location)
            for name, value in zip(found, (sentence.words, sentence.tags, sentence.document,
                                           file.stem), strict=True):  # fmt: skip
                found[name].append(value)
    if not any(found["document"]):
        del found["document"]
    if len(files) == 1:
        del found["file"]
    return _words.assemble(found, locations, "words", "tags", max_characters, bad)


@dataclass
class _Sentence:
    """Lines of a file up to a blank one."""

    line: int
    document: int
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    problem: str = ""


_Row = tuple[int, str, list[str]]
"""The number of a line, the line, and its columns."""


def _sentences(
    file: Path, encoding: str, word: int, tag: int, comment: str | None
) -> Iterator[_Sentence]:
    document, begun = 0, 0
    rows: list[_Row] = []
    for number, line in _lines(file, encoding):
        # Only these part lines: no-break and other spaces can be (part of) a word.
        stripped = line.strip(_AROUND)
        starts = stripped.startswith(_DOCUMENT)
        if not stripped or starts:
            if rows:
                yield _sentence(rows, begun, word, tag)
            rows, document = [], document + starts
            begun = document
        elif not (comment and stripped.startswith(comment)):
            rows.append((number, line.rstrip("\r\n"), _cells(line, stripped)))
    if rows:
        yield _sentence(rows, begun, word, tag)


def _cells(line: str, stripped: str) -> list[str]:
    return line.rstrip("\r\n").split("\t") if "\t" in stripped else _BLANKS.split(stripped)


def _sentence(rows: list[_Row], document: int, word: int, tag: int) -> _Sentence:
    rows = _words_of(rows, word, tag)
    sentence = _Sentence(rows[0][0], document)
    for number, line, cells in rows:
        _add(sentence, line, cells, number, word, tag)
    return sentence


def _words_of(rows: list[_Row], word: int, tag: int) -> list[_Row]:
    """Returns the lines of words, where the first column counts them as CoNLL-U asks for."""
    counted = list(itertools.dropwhile(lambda row: row[1].startswith(_HASH), rows))
    if any(_is_first(column, cells) for *_, cells in counted for column in (word, tag)):
        return rows
    kept = [row for row in counted if not _NO_WORD.fullmatch(row[2][0])]
    numbers = [cells[0] for *_, cells in kept]
    if not kept or numbers != [str(place) for place in range(1, len(kept) + 1)]:
        return rows
    return kept


def _is_first(column: int, cells: Sequence[str]) -> bool:
    return column in (0, -len(cells))


def _add(
    sentence: _Sentence, line: str, cells: Sequence[str], number: int, word: int, tag: int
) -> None:
    try:
        if len(cells) < 2:
            raise IndexError
        given = cells[word].strip(_AROUND), cells[tag].strip(_AROUND)
    except IndexError:
        counted = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
        told = f"line {number} has {counted}, without a word={word} and a tag={tag}"
        sentence.problem = sentence.problem or told
        sentence.words.append(line[:_SHOWN])
        return
    for kind, value in zip(("word", "tag"), given, strict=True):
        if not value:
            sentence.problem = sentence.problem or f"the {kind} of line {number} is empty"
    sentence.words.append(given[0])
    sentence.tags.append(given[1])


def _lines(file: Path, encoding: str) -> Iterator[tuple[int, str]]:
    plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    number = 0
    try:
        # Only a line feed ends a line: other line ends of Unicode can be words.
        with file.open(encoding="utf-8-sig" if plain else encoding, newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                yield number, line
    except LookupError:
        raise UserError(
            "Expected the name of a text encoding such as 'utf-8' or 'cp1252'. Received: "
            f"encoding={encoding!r}."
        ) from None
    except UnicodeError as error:
        raise UserError(
            f"Expected {file.name} to be stored as {encoding}. Received: bytes that are none, "
            f"soon after line {number} ({str(error)[:100]}). Give the file's own encoding, for "
            "example encoding='cp1252'."
        ) from None


def _files(path: str) -> list[Path]:
    named = str(path)
    if any(sign in named for sign in _PATTERN) and not Path(named).expanduser().exists():
        found = sorted(Path(name) for name in glob(str(Path(named).expanduser()), recursive=True))
        if found:
            return [existing_file(str(file), "conll") for file in found]
    return [existing_file(path, "conll")]
