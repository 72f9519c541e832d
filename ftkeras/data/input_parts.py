"""Inputs of several parts, seen one part at a time; their ids, and what they say in words."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.content_digest import content_digest
from ftkeras.data.object_array import object_array


def parts_of(dataset: Dataset) -> dict[str, Dataset]:
    """Returns modality -> the dataset of that part of each input; of plain inputs, all of it.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> inputs = [{"text": text, "tabular": {"age": 3.0}} for text in ("good", "bad")]
        >>> parts = parts_of(from_arrays(inputs, [1, 0]))
        >>> parts["text"].inputs.tolist(), parts["tabular"].inputs.tolist()
        (['good', 'bad'], [{'age': 3.0}, {'age': 3.0}])
    """
    if dataset.modality != "multimodal":
        return {dataset.modality: dataset}
    return {
        name: replace(
            dataset,
            modality=name,
            inputs=object_array([value[name] for value in dataset.inputs]),
        )
        for name in dataset.inputs[0]
    }


def texts_of(dataset: Dataset) -> Dataset | None:
    r"""Returns the dataset of the texts in each input, a pair as one text; `None` without texts.

    Words have a space between them. A list is one text, too: of pairs, each first text (the query)
    once, and what stands beside it.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> texts_of(from_arrays([("who?", "me")], ["yes"])).inputs.tolist()
        ['who?\nme']
    """
    parts = parts_of(dataset)
    if "text" in parts:
        return parts["text"]
    if dataset.modality == "words":
        joined = [" ".join(value) for value in dataset.inputs]
    elif dataset.modality in ("text_list", "text_pair_list"):
        joined = ["\n".join(_texts_in(value)) for value in dataset.inputs]
    elif "text_pair" in parts:
        joined = ["\n".join(pair) for pair in parts["text_pair"].inputs]
    else:
        return None
    return replace(dataset, modality="text", inputs=object_array(joined))


def _texts_in(items: Sequence[Any]) -> list[str]:
    if all(isinstance(item, str) for item in items):
        return list(items)
    firsts = dict.fromkeys(first for first, _ in items)
    return [*firsts, *(second for _, second in items)]


def pair_digest(pair: Sequence[str]) -> str:
    """Returns the id of two texts; their order counts.

    Example:
        >>> pair_digest(("a", "b")) == pair_digest(("b", "a"))
        False
    """
    return content_digest("text_pair", json.dumps(list(pair)))


def row_digest(row: Mapping[str, float | str]) -> str:
    """Returns the digest of a row of a table; the order of its columns does not count.

    Example:
        >>> row_digest({"age": 3.0, "city": "Bern"}) == row_digest({"city": "Bern", "age": 3.0})
        True
    """
    return content_digest("tabular", json.dumps(row, sort_keys=True))


def parts_digest(ids: Mapping[str, str]) -> str:
    """Returns the id of an input of several parts.

    Args:
        ids: Modality -> id of that part.
    """
    return content_digest("multimodal", json.dumps(ids, sort_keys=True))


def numbered(digests: Sequence[str]) -> NDArray[np.str_]:
    """Returns ids that differ where digests repeat: two equal rows of a table are two examples.

    Somebody else may well be of the same age and live in the same town; of a text or a picture a
    second copy says nothing new.

    Example:
        >>> numbered(["a", "b", "a"]).tolist()
        ['a', 'b', 'a-2']
    """
    seen: dict[str, int] = {}
    ids = []
    for digest in digests:
        seen[digest] = seen.get(digest, 0) + 1
        ids.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return np.array(ids, np.str_)


def row_in_words(row: Mapping[str, float | str]) -> str:
    """Returns a row of a table as a line of text.

    Example:
        >>> row_in_words({"age": 31.0, "income": float("nan"), "city": "Bern"})
        'age: 31, income: missing, city: Bern'
    """
    return ", ".join(f"{name}: {_in_words(value)}" for name, value in row.items())


def is_without_values(row: Mapping[str, Any]) -> bool:
    """Returns whether nothing is known of a row."""
    return all(value in (None, "") or value != value for value in row.values())


def _in_words(value: float | str) -> str:
    if isinstance(value, str):
        return value or "missing"
    return "missing" if math.isnan(value) else f"{value:.6g}"
