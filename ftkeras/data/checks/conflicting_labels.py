"""Equal content with different labels."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import label_text
from ftkeras.data import repeats
from ftkeras.data.checks import _wording
from ftkeras.message import joined, message


@dataclass(frozen=True)
class ConflictingLabels:
    """Finds examples that say the same and are labelled differently.

    No model can be right on all of them: their share bounds the accuracy that can be reached.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding; the split makes no difference."""
        return describe(dataset, repeats.find(dataset))


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
                label=label_text(dataset.labels[row]),
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
