"""Inputs with nothing in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import sound
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data import image_file
from ftkeras.data.checks import _wording
from ftkeras.data.input_parts import is_without_values, parts_of
from ftkeras.data.normal_form import is_blank
from ftkeras.message import Message, joined, message

LARGEST = 100_000
"""Of more examples a sample is looked at; see `run_checks`."""


@dataclass(frozen=True)
class EmptyInputs:
    """Finds texts without a visible character, images of a single colour, and silence.

    File sources refuse blank texts when they read; texts made in Python come here unread.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding; the split makes no difference."""
        found = [(rows, what) for part in parts_of(dataset).values()
                 for rows, what in [_empty(part)] if len(rows)]  # fmt: skip
        if not found:
            return []
        rows = np.unique(np.concatenate([rows for rows, _ in found]))
        what = joined([what for _, what in found], " or ")
        return [
            _wording.finding(
                dataset,
                rows,
                check="empty_inputs",
                severity="warning",
                message=message(
                    "{examples} {what}: {places}.",
                    examples=_wording.examples(len(rows)),
                    what=what,
                    places=_wording.places(dataset.locations[rows[: _wording.SHOWN]], len(rows)),
                ),
                action=message("Remove them: no answer can be learnt from nothing."),
            )
        ]


def _empty(dataset: Dataset) -> tuple[NDArray[np.int64], Message]:
    """Rows with nothing in them, and what they lack."""
    if dataset.modality.startswith("text") or dataset.modality == "words":
        empty = [any(map(is_blank, _texts(value))) for value in dataset.inputs]
        return np.flatnonzero(empty), message("without a visible character")
    if dataset.modality == "audio":
        return np.flatnonzero(list(map(_is_silent, dataset.inputs))), message("without a sound")
    if dataset.modality == "tabular":
        return np.flatnonzero(list(map(is_without_values, dataset.inputs))), message(
            "without a value"
        )
    uniform = image_file.for_each(_is_uniform, dataset.inputs)
    return np.flatnonzero(uniform), message("of a single colour")


def _texts(value: Any) -> list[str]:
    """The text, or those of a pair, or all those of a list."""
    return [value] if isinstance(value, str) else [text for each in value for text in _texts(each)]


def _is_silent(value: Any) -> bool:
    samples = sound.read(value).samples
    return bool((samples == samples[:1]).all())


def _is_uniform(image: str | NDArray[np.uint8]) -> bool:
    _, pixels = image_file.canonical_pixels(image)
    return bool((pixels == pixels[:1, :1]).all())
