"""Equal content with different labels."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import label_text
from ftkeras.data import repeats
from ftkeras.data.checks import _wording


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
    told = "; ".join(
        ", ".join(
            f"{dataset.locations[row]} is {label_text(dataset.labels[row])}" for row in group[:4]
        )
        for group in groups
    )
    return [
        _wording.finding(
            dataset,
            rows,
            check="conflicting_labels",
            severity="warning",
            message=f"{_wording.examples(len(rows))} whose content ({len(contents):,} in all) has "
            f"different labels: {told}{_wording.more(len(contents))}.",
            action="All copies are removed, for nothing tells which label is right.",
        )
    ]
