"""Columns of questions, contexts and answers -> Dataset: what the text sources share."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import gold_answers, input_parts, table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.gold_answers import Gold
from ftkeras.data.sources import _text_table
from ftkeras.errors import UserError

USUAL_START = "answer_start"
"""The column that says where answers begin, where it is there and no other is named."""


def check(text: str | None, second_text: str | None, label: str | Sequence[str]) -> None:
    """Raises `UserError` unless a question, a context and one column of answers are named."""
    if not text or not second_text or not isinstance(label, str):
        raise UserError(
            "Expected a question, its context and one column of answers beside `start`. Received: "
            f"text={text!r}, second_text={second_text!r}, label={label!r}. Name them, as in "
            "text='question', second_text='context', label='answer'."
        )


def question_and_context(texts: str | Sequence[str], label: str) -> tuple[str, str]:
    """Returns the columns of questions and contexts; raises `UserError` unless both are named.

    Args:
        texts: What `text` says: both names, in this order.
        label: The column of answers.
    """
    question, context = (*([texts] if isinstance(texts, str) else texts), "", "")[:2]
    check(question, context, label)
    return question, context


def assemble(
    columns: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    named: tuple[str, str, str, str],
    max_characters: int,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset of questions, leaving out what `bad` collects.

    An empty cell of answers says that the context does not answer the question.

    Args:
        columns: Column name -> one value a row.
        locations: Where each row stands.
        named: The columns of questions, contexts, answers, and of where answers begin; an empty
            name takes the column `answer_start`, and where there is none the first occurrence.
        max_characters: Longer texts are bad rows.
        bad: Where bad rows go.

    Raises:
        UserError: No row is left, or `bad` refuses bad rows.
    """
    question, context, label, start = named
    start = start or (USUAL_START if USUAL_START in columns else "")
    kept, labels = [], []
    for row, location in enumerate(locations):
        golds: tuple[Gold, ...] = ()
        wrong, column = "", ""
        for name in (question, context):
            if reason := table.text_problem(name, columns[name][row], max_characters):
                wrong, column = wrong or reason, column or name
        if not wrong:
            begins = columns[start][row] if start else None
            golds, wrong = _golds(columns[label][row], begins, columns[context][row])
            column = label
            wrong = f"`{label}`: {wrong}" if wrong else ""
        if wrong:
            shown = [columns[name][row] for name in (question, context, label)]
            bad.add(location, wrong, _text_table.excerpt(shown), column)
            continue
        kept.append(row)
        labels.append(golds)
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    pairs = [(columns[question][row], columns[context][row]) for row in kept]
    return Dataset(
        modality="text_pair",
        ids=np.array([input_parts.pair_digest(pair) for pair in pairs]),
        inputs=table.object_array(pairs),
        labels=table.object_array(labels),
        locations=table.object_array([locations[row] for row in kept]),
        columns={
            name: table.column_array([values[row] for row in kept])
            for name, values in columns.items()
            if name not in (question, context, label, start)
        },
        rejected=rejected,
    )


def _golds(cell: Any, begins: Any, context: str) -> tuple[tuple[Gold, ...], str]:
    """Returns the answers of a row, and what is wrong with them."""
    try:
        golds = gold_answers.from_cell(cell)
    except (TypeError, ValueError, KeyError):
        return (), f"{table.shown(cell)[:60]} is no answer, and no list of answers"
    starts, wrong = _starts(begins, len(golds))
    if wrong:
        return (), wrong
    if starts:
        golds = [(text, start) for (text, _), start in zip(golds, starts, strict=True)]
    return gold_answers.located(golds, context)


def _starts(begins: Any, answers: int) -> tuple[list[int], str]:
    """Returns where each answer begins; nothing where that is not said."""
    if not answers or table.is_missing(begins) or begins == "":
        return [], ""
    listed = begins if isinstance(begins, list | tuple) else [begins]
    try:
        starts = [int(float(start)) for start in listed]
    except (TypeError, ValueError, OverflowError):
        return [], f"it begins at {table.shown(begins)[:40]}, which is no number"
    if len(starts) != answers or min(starts) < 0:
        return [], f"it begins at {table.shown(begins)[:40]}, for {answers} answers"
    return starts, ""
