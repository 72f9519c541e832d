"""Questions, paragraphs and answers in the JSON format of SQuAD 1.1 and 2.0."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import gold_answers, input_parts, table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.existing_file import existing_file
from ftkeras.data.gold_answers import Gold
from ftkeras.errors import UserError

_Row = tuple[str, str, tuple[str, str], tuple[Gold, ...], str]
"""Where a question stands, its article, the pair, its answers, and what is wrong with it."""


def build(path: str, max_characters: int = 1_000_000, on_bad_row: str = "error") -> Dataset:
    r"""Reads a file of SQuAD: articles of paragraphs, each with its questions.

    Inputs are pairs `(question, paragraph)`, labels all gold answers with the characters at which
    they begin; a question that is marked as impossible has none. The article's title is a slice
    column. Rows are named by the ids of the questions.

    Args:
        path: The file.
        max_characters: Longer texts are bad rows.
        on_bad_row: `"error"` refuses the file and names the questions; `"skip"` and
            `"quarantine"` leave them out.

    Raises:
        UserError: The file is missing, or no SQuAD file; or an answer does not stand in its
            paragraph where the file says so.

    Example:
        >>> import pathlib, tempfile
        >>> asked = {"id": "q1", "question": "Where?", "answers": [
        ...     {"text": "Paris", "answer_start": 3}]}
        >>> told = {"title": "Cities", "paragraphs": [{"context": "In Paris.", "qas": [asked]}]}
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "train.json"
        >>> _ = path.write_text(json.dumps({"version": "1.1", "data": [told]}))
        >>> dataset = build(str(path))
        >>> dataset.inputs.tolist(), dataset.labels.tolist(), dataset.columns["title"].tolist()
        ([('Where?', 'In Paris.')], [(('Paris', 3),)], ['Cities'])

    References:
        Rajpurkar et al., 2016, EMNLP; Rajpurkar et al., 2018, ACL.
    """
    file = existing_file(path, "squad")
    bad = BadRows(on_bad_row, source=file.name)
    kept: list[_Row] = []
    for row in _rows(file, _content(file), max_characters):
        if row[-1]:
            bad.add(row[0], row[-1], table.shown(row[2]))
        else:
            kept.append(row)
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    locations, titles, pairs, labels, _ = zip(*kept, strict=True)
    return Dataset(
        modality="text_pair",
        ids=np.array([input_parts.pair_digest(pair) for pair in pairs]),
        inputs=table.object_array(pairs),
        labels=table.object_array(labels),
        locations=table.object_array(locations),
        columns={"title": table.column_array(titles)},
        rejected=rejected,
    )


def _content(file: Path) -> list[Any]:
    try:
        content = json.loads(file.read_bytes().decode("utf-8-sig"))
        articles = content["data"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(
            "Expected a file of SQuAD: a JSON object with `data`, a list of articles. Received: "
            f"{file.name} ({type(error).__name__}: {str(error)[:100]}). Other files are read by "
            "csv, json_lines and parquet."
        ) from None
    if not isinstance(articles, list):
        raise UserError(
            f"Expected `data` to be a list of articles. Received: {file.name}, where it is "
            f"{table.shown(articles)[:60]}."
        )
    return articles


def _rows(file: Path, articles: list[Any], max_characters: int) -> Iterator[_Row]:
    for number, article in enumerate(articles, start=1):
        where = f"{file.name}, article {number}"
        try:
            title, paragraphs = str(article.get("title", "")), article["paragraphs"]
            asked = [(each["context"], qa) for each in paragraphs for qa in each["qas"]]
        except (AttributeError, KeyError, TypeError) as error:
            yield where, "", ("", ""), (), f"it is no article of SQuAD ({error!r})"
            continue
        for context, qa in asked:
            yield _row(file, title, context, qa, max_characters)


def _row(file: Path, title: str, context: Any, qa: Any, max_characters: int) -> _Row:
    try:
        location, question = f"{file.name}, question {qa['id']}", qa["question"]
        impossible = bool(qa.get("is_impossible", False))
        golds = [] if impossible else gold_answers.of_label(qa["answers"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return file.name, title, ("", ""), (), f"a question lacks what it must have ({error!r})"
    wrong = table.text_problem("question", question, max_characters)
    wrong = wrong or table.text_problem("context", context, max_characters)
    if wrong:
        return location, title, ("", ""), (), wrong
    found, wrong = gold_answers.located(golds, context)
    return location, title, (question, context), found, f"answers: {wrong}" if wrong else ""
