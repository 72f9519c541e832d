"""Labelled examples, as a data source hands them over."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RejectedRow:
    """A row that a source left out because it could not be used.

    Args:
        location: Where it stands (`reviews.csv, row 17`).
        reason: What is wrong with it, in words.
        content: An excerpt of the row as it was found.
        column: The column that is wrong; empty when it is the row as a whole.
    """

    location: str
    reason: str
    content: str = ""
    column: str = ""


@dataclass(frozen=True)
class Dataset:
    """Labelled examples in columns; row `i` of every column belongs to example `i`.

    Args:
        modality: What an input is: `"text"`, `"text_pair"`, `"words"`, `"image"`, `"audio"`,
            `"tabular"`, or `"multimodal"` for several of these; `"features"` for what a frozen
            backbone made of it.
        ids: `(examples,)` strings: the digest of each input's content, so that equal content has
            an equal id wherever and whenever it was read.
        inputs: `(examples,)` objects: texts; or images, as paths of files or as uint8 arrays
            `(height, width)` or `(height, width, channels)`; or sounds, as paths of files or as
            pairs `(samples, sampling_rate)`. A pair of texts is a tuple `(first, second)`; a row of
            a table a dictionary from columns to floats (`nan` where missing) and texts; an input of
            several parts a dictionary from their modalities to them; a text in words is a tuple of
            them. Features: `(examples, features)`.
        labels: `(examples,)` labels as the user wrote them: strings, numbers, or tuples of them
            where an example has several; once a task has read them, as `Task.read` says.
        locations: `(examples,)` strings that say where a row came from, for messages
            (`reviews.csv, row 17`).
        columns: Further columns by name, each `(examples,)`: what slices are cut by.
        rejected: Rows the source left out, when it was told to skip or quarantine bad ones.
        label_kind: What a label is, one of `contracts.task.KINDS`; known once a task has read them.
        label_names: For several numbers: what each is called, the columns they come from.
    """

    modality: str
    ids: NDArray[np.str_]
    inputs: NDArray[Any]
    labels: NDArray[np.generic]
    locations: NDArray[np.object_]
    columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    rejected: tuple[RejectedRow, ...] = ()
    label_kind: str = "classes"
    label_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_] | Sequence[int]) -> "Dataset":
        """Returns the dataset of the given rows (indices or a mask), in that order."""
        return replace(
            self,
            ids=self.ids[rows],
            inputs=self.inputs[rows],
            labels=self.labels[rows],
            locations=self.locations[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
        )
