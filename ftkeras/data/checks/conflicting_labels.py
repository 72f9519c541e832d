"""Equal content with different labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import label_text
from ftkeras.data import repeats
from ftkeras.data.checks import _wording
from ftkeras.message import joined, message

_MOST_TAGS = 3


@dataclass(frozen=True)
class ConflictingLabels:
    """Finds examples that say the same and are labelled differently.

    No model can be right on all of them: their share bounds the accuracy that can be reached.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding; the split makes no difference."""
        if dataset.label_kind == "numbers":  # measured again, see `repeated_measurements`
            return []
        return describe(dataset, repeats.find(dataset))


def _told(dataset: Dataset, row: int, group: NDArray[np.int64]) -> str:
    """The label of an example; of tags, those that the others of its group have not."""
    if dataset.label_kind != "tags":
        return label_text(dataset.labels[row])
    places = [k for k, tags in enumerate(zip(*dataset.labels[group], strict=True))
              if len(set(tags)) > 1]  # fmt: skip
    told = [f"{dataset.inputs[row][k]} {dataset.labels[row][k]}" for k in places[:_MOST_TAGS]]
    return ", ".join([*told, *(["…"] if len(places) > _MOST_TAGS else [])])


def describe(dataset: Dataset, found: repeats.Repeats) -> list[Finding]:
    """Returns the finding for repeats that have been found already."""
    rows = np.flatnonzero(found.conflicting)
    if not len(rows):
        return []
    contents = np.flatnonzero(found.disputed)
    groups = [rows[found.group[rows] == content] for content in contents[: _wording.SHOWN]]
    told = [
        joined(
            message(
                "{place} is {label}",
                place=_wording.place(str(dataset.locations[row])),
                label=_told(dataset, row, group),
            )
            for row in group[:4]
        )
        for group in groups
    ]
    return [
        _wording.finding(
            dataset,
            rows,
            check="conflicting_labels",
            severity="warning",
            message=message(
                "{examples} whose content ({contents:,} in all) has different labels: {places}.",
                examples=_wording.examples(len(rows)),
                contents=len(contents),
                places=_wording.places(told, len(contents)),
            ),
            action=message("All copies are removed, for nothing tells which label is right."),
        )
    ]
