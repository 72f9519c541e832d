"""Cleaning texts step by step, before anything looks at them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.cleaning import Cleaning
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.data.table import object_array
from ftkeras.errors import UserError


def cleaner(calls: Sequence[Call]) -> Callable[[Any], Any]:
    """Returns what cleans one input: a text, or every text inside a pair, list or dictionary.

    Args:
        calls: Files in `data/cleaning/` with their arguments, in the order they are applied.

    Example:
        >>> clean_one = cleaner([Call("html"), Call("whitespace")])
        >>> clean_one("<b>Great</b>  fun"), clean_one(("a  b", "c"))
        ('Great fun', ('a b', 'c'))
    """
    steps: list[Cleaning] = [catalog.build("data/cleaning", call) for call in calls]

    def clean_one(value: Any) -> Any:
        if isinstance(value, str):
            for step in steps:
                value = step(value)
            return value
        if isinstance(value, tuple | list):
            return type(value)(clean_one(item) for item in value)
        if isinstance(value, dict):
            return {name: clean_one(item) for name, item in value.items()}
        return value

    return clean_one


def cleaned(dataset: Dataset, calls: Sequence[Call]) -> Dataset:
    """Returns the dataset with clean texts, all parts alike.

    Ids stay digests of the raw content, so that a run and its data can be told to be about the
    same examples whatever was cleaned. What cleaning makes equal is found by the checks for
    repeats, which come later.

    Args:
        dataset: What a source gave.
        calls: The steps, in order; none leaves everything as it is.

    Raises:
        UserError: The inputs are no texts, or nothing is left of some.
    """
    if not calls:
        return dataset
    if dataset.modality not in ("text", "text_pair", "multimodal"):
        told = ", ".join(map(str, calls))
        raise UserError(
            f"Expected texts to clean. Received: --clean={told} for data of modality "
            f"{dataset.modality!r}. Leave --clean out."
        )
    clean_one = cleaner(calls)
    if isinstance(dataset.inputs, LazyColumn):
        _refuse_gone(dataset, _gone_on_disk(dataset.inputs, clean_one), calls)
        return replace(dataset, inputs=cast("NDArray[Any]", dataset.inputs.map(clean_one)))
    inputs = [clean_one(value) for value in dataset.inputs.tolist()]
    gone = [row for row, text in enumerate(inputs) if isinstance(text, str) and not text.strip()]
    _refuse_gone(dataset, [row for row in gone if str(dataset.inputs[row]).strip()], calls)
    return replace(dataset, inputs=object_array(inputs))


def _gone_on_disk(texts: LazyColumn, clean_one: Callable[[Any], Any]) -> list[int]:
    return [
        row for row, text in enumerate(texts) if text.strip() and not str(clean_one(text)).strip()
    ]


def _refuse_gone(dataset: Dataset, gone: Sequence[int], calls: Sequence[Call]) -> None:
    if gone:
        told = ", ".join(dataset.locations[np.array(gone[:5])].tolist())
        more = f" and {len(gone) - 5} more" if len(gone) > 5 else ""
        raise UserError(
            f"Expected cleaning to leave something of every text. Received: nothing left of {told}"
            f"{more} after --clean={', '.join(map(str, calls))}. Remove these rows, or clean less."
        )
