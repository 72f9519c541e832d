"""Answers that count as right: how labels say them, and where they stand in their context."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.content_digest import content_digest
from ftkeras.data.normal_form import normal_text
from ftkeras.errors import UserError

Gold = tuple[str, int]
"""An answer and where it begins in its context, in characters; -1 where that is not said."""

PASSAGE = "passage"
"""The column that says which context a question is about."""

_SHOWN = 5
_EXCERPT = 40


def of_label(label: Any) -> list[Gold]:
    """Returns the answers that a label holds; none where there is no answer.

    Args:
        label: A text; a list of texts, of `(text, start)` or of dictionaries with `text` and
            `start` (or `answer_start`); a dictionary of two lists; or nothing.

    Raises:
        TypeError, ValueError, KeyError: It is none of these.

    Example:
        >>> of_label("Paris"), of_label(""), of_label({"text": ["Paris"], "answer_start": [3]})
        ([('Paris', -1)], [], [('Paris', 3)])
    """
    if label is None or (isinstance(label, float) and np.isnan(label)):
        return []
    if isinstance(label, str):
        return [(label, -1)] if label.strip() else []
    if isinstance(label, dict):
        return _of_columns(label)
    found = []
    for gold in label:
        if isinstance(gold, str):
            found.append((gold, -1))
        elif isinstance(gold, dict):
            found.append((str(gold["text"]), _start(gold)))
        else:
            text, start = gold
            found.append((str(text), int(start)))
    return found


def _of_columns(label: dict[str, Any]) -> list[Gold]:
    """Answers as Hugging Face stores those of SQuAD: a list of texts and one of starts."""
    texts = label["text"]
    if isinstance(texts, str):
        return [(texts, _start(label))]
    starts = label.get("answer_start", label.get("start", [-1] * len(texts)))
    return [(str(text), int(start)) for text, start in zip(texts, starts, strict=True)]


def _start(gold: dict[str, Any]) -> int:
    return int(gold.get("start", gold.get("answer_start", -1)))


def located(golds: Sequence[Gold], context: str) -> tuple[tuple[Gold, ...], str]:
    """Returns answers with their places, and what is wrong with one: nothing is empty.

    Where no place is said it is the first occurrence. White space around an answer is no part of
    it.

    Args:
        golds: The answers.
        context: What they stand in.

    Example:
        >>> located([("Paris", -1)], "In Paris, Paris!"), located([("Rome", -1)], "In Paris")[1]
        (((('Paris', 3),), ''), "'Rome' does not stand in it")
    """
    found: list[Gold] = []
    for text, start in golds:
        answer = text.strip()
        if not answer:
            return (), "an answer is empty"
        begin = context.find(answer) if start < 0 else start + text.index(answer)
        if begin < 0:
            return (), f"{table.shown(answer)[:_EXCERPT]} does not stand in it"
        there = context[begin : begin + len(answer)]
        if there != answer:
            return (), (
                f"{table.shown(answer)[:_EXCERPT]} does not begin at character {start}, where "
                f"{table.shown(there)[:_EXCERPT]} stands"
            )
        found.append((answer, begin))
    return tuple(dict.fromkeys(found)), ""


def one_question_each(dataset: Dataset) -> Dataset:
    """Returns the dataset with one example a question and context, and all of its answers.

    Rows that differ in their answer only (and in case and spacing of the question) are several
    answers to one question. Answers without a place get that of their first occurrence. The column
    `passage` then tells contexts apart.

    Args:
        dataset: Pairs of question and context, with labels as `QuestionAnswering.read` gives them.

    Raises:
        UserError: Inputs are no pairs, or an answer does not stand in its context.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> pairs = [("Where?", "In Paris, France"), ("Where?", "In Paris, France")]
        >>> rows = replace(from_arrays(pairs, [0, 1]), labels=np.empty(2, object))
        >>> rows.labels[:] = [(("Paris", -1),), (("France", 10),)]
        >>> one_question_each(rows).labels.tolist()
        [(('Paris', 3), ('France', 10))]
    """
    if dataset.modality != "text_pair":
        raise UserError(
            "Expected pairs of a question and its context. Received: inputs that are "
            f"{dataset.modality}. Name both, as in text='question', second_text='context'."
        )
    labels = _with_places(dataset)
    rows: dict[tuple[str, str, bool], list[int]] = {}
    for row, (question, context) in enumerate(dataset.inputs):
        # That there is an answer and that there is none cannot both be so: both rows stay.
        rows.setdefault((normal_text(question), context, bool(labels[row])), []).append(row)
    first = np.array([each[0] for each in rows.values()], np.int64)
    together = [
        tuple(dict.fromkeys(gold for row in each for gold in labels[row])) for each in rows.values()
    ]
    joined = replace(dataset.take(first), labels=table.object_array(together))
    if PASSAGE in dataset.columns:
        return joined
    passages = [content_digest("text", context)[:16] for _, context in joined.inputs]
    return replace(joined, columns={**joined.columns, PASSAGE: np.array(passages, object)})


def _with_places(dataset: Dataset) -> list[tuple[Gold, ...]]:
    labels, wrong = [], []
    for golds, (_, context), where in zip(
        dataset.labels, dataset.inputs, dataset.locations, strict=True
    ):
        found, reason = located(golds, context)
        labels.append(found)
        if reason:
            wrong.append(f"{where}: {reason}")
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise UserError(
            "Expected answers that stand in their context. Received: "
            f"{'; '.join(wrong[:_SHOWN])}{more}. Correct them."
        )
    return labels


def context_digests(dataset: Dataset) -> NDArray[np.str_]:
    """Returns `(examples,)` digests of contexts, equal where only case and spacing differ.

    Args:
        dataset: Pairs of question and context.
    """
    known = {context: "" for _, context in dataset.inputs}
    for context in known:
        known[context] = content_digest("text", normal_text(context))
    return np.array([known[context] for _, context in dataset.inputs], np.str_)


def as_classes(labels: NDArray[Any]) -> NDArray[np.str_]:
    """Returns whether there is an answer, as two classes: what splits keep alike in all parts.

    Example:
        >>> as_classes(np.array([(("Paris", 3),), ()], object)).tolist()
        ['answer', 'no answer']
    """
    return np.array(["answer" if golds else "no answer" for golds in labels])


def from_cell(cell: Any) -> list[Gold]:
    """Returns the answers in a cell of a table; a cell may hold the JSON of a label.

    Example:
        >>> from_cell('{"text": ["Paris"], "answer_start": [3]}'), from_cell("Paris")
        ([('Paris', 3)], [('Paris', -1)])
    """
    if isinstance(cell, str) and cell.lstrip()[:1] in ("{", "["):
        try:
            return of_label(json.loads(cell))
        except (TypeError, ValueError, KeyError):
            return of_label(cell)
    return of_label(cell)
