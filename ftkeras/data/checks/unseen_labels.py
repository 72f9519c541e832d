"""Labels of validation or test that the training part lacks."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data import repeats
from ftkeras.data.checks import _wording


@dataclass(frozen=True)
class UnseenLabels:
    """Finds examples whose class cannot be learnt, because no training example has it."""

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns one error that names the rows, or nothing."""
        if split is None:
            return []
        part_of = repeats.part_of_rows(dataset, split)
        known = dataset.labels[part_of == "train"]
        rows = np.flatnonzero((part_of != "") & ~np.isin(dataset.labels, known))
        if not len(rows):
            return []
        told = ", ".join(
            f"{dataset.labels[row]!s} ({dataset.locations[row]}, in {part_of[row]})"
            for row in rows[: _wording.SHOWN]
        )
        return [
            _wording.finding(
                dataset,
                rows,
                check="unseen_labels",
                severity="error",
                message=f"{_wording.examples(len(rows))} with a label that no training example "
                f"has: {told}{_wording.more(len(rows))}.",
                action="Correct these labels, or take split=stratified, which puts every class "
                "into every part.",
            )
        ]
