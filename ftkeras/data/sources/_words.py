"""Lists of words with a tag for each -> Dataset: what the sources of tags share."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.data.bad_rows import BadRows
from ftkeras.data.content_digest import content_digest


def assemble(
    columns: Mapping[str, Sequence[Any]],
    locations: Sequence[str],
    words: str,
    tags: str,
    max_characters: int,
    bad: BadRows,
) -> Dataset:
    """Builds the dataset of texts in words, leaving out what `bad` collects.

    Args:
        columns: Column name -> one value a text.
        locations: Where each text stands.
        words: The column that holds the list of words of each.
        tags: The column that holds as many tags.
        max_characters: Longer texts are bad rows.
        bad: Where bad rows go.

    Raises:
        UserError: No text is left, or `bad` refuses bad rows.
    """
    kept = []
    for row, (value, answer) in enumerate(zip(columns[words], columns[tags], strict=True)):
        reason = problem(words, value, max_characters)
        column = words if reason else tags
        reason = reason or _tags_problem(tags, answer, len(value))
        if reason:
            bad.add(locations[row], reason, table.shown([value, answer]), column)
        else:
            kept.append(row)
    rejected = bad.settle()
    if not kept:
        raise bad.nothing_left()
    inputs = [tuple(columns[words][row]) for row in kept]
    return Dataset(
        modality="words",
        ids=np.array([content_digest("words", json.dumps(value)) for value in inputs]),
        inputs=table.object_array(inputs),
        labels=table.object_array([tuple(columns[tags][row]) for row in kept]),
        locations=table.object_array([locations[row] for row in kept]),
        columns={
            name: table.column_array([values[row] for row in kept])
            for name, values in columns.items()
            if name not in (words, tags)
        },
        rejected=rejected,
    )


def problem(column: str, value: object, max_characters: int) -> str:
    """Returns what is wrong with the words of a text, or an empty string."""
    if not isinstance(value, list | tuple):
        told = "missing" if table.is_missing(value) else table.shown(value)[:40]
        return f"`{column}` is {told}, not a list of words"
    if not value:
        return f"`{column}` is empty"
    for number, word in enumerate(value, start=1):
        reason = table.text_problem(f"{column}, word {number}", word, max_characters)
        if reason:
            return reason
    if sum(map(len, value)) > max_characters:
        return f"`{column}` has more than max_characters={max_characters} characters"
    return ""


def _tags_problem(column: str, value: object, words: int) -> str:
    if not isinstance(value, list | tuple):
        told = "missing" if table.is_missing(value) else table.shown(value)[:40]
        return f"`{column}` is {told}, not a list of tags"
    if len(value) != words:
        return f"`{column}` has {len(value)} tags for {words} words"
    for number, tag in enumerate(value, start=1):
        nested = isinstance(tag, list | tuple)
        if reason := table.label_problem(f"{column}, tag {number}", None if nested else tag):
            return reason
    return ""
