"""Removing repeats before the split, so that no part can hold what another one holds."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.data import repeated_measurements, repeats
from ftkeras.data.checks import conflicting_labels, exact_duplicates
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Deduplication:
    """What was removed, and why.

    Args:
        repeated: Examples removed because another one says the same and has the same label, or
            has the mean of both, where labels are numbers.
        conflicting: Examples removed because another one says the same with another label.
        findings: The same for tables and reports; empty when nothing was removed.
    """

    repeated: int
    conflicting: int
    findings: tuple[Finding, ...]

    @property
    def dropped(self) -> dict[str, int]:
        """Rule -> examples removed, as a run record keeps it."""
        return {"repeated": self.repeated, "conflicting_labels": self.conflicting}


def deduplicate(dataset: Dataset, part_column: str | None = None) -> tuple[Dataset, Deduplication]:
    """Keeps one example of each content, and none where its classes or labels disagree.

    Content is compared by `normal_forms`: case, spacing and the way of storing do not count.
    Where equal content has different labels, all copies are removed: at most one label is right,
    nothing here tells which, and to keep the more frequent one would make the test part easier
    than the data are. Numbers that differ are repeated measurements: one example is kept, with
    their mean (see `repeated_measurements`).

    Args:
        dataset: The examples.
        part_column: A column that names the part of each example, if the user made the split:
            what stands in test is then dropped from train and not the other way round.

    Raises:
        UserError: The part called validation holds nothing but what test holds.

    Example:
        >>> import numpy as np
        >>> from ftkeras.data.content_digest import content_digest
        >>> texts = np.array(["Good", "good ", "So so", "so so", "Bad"], object)
        >>> dataset = Dataset("text", np.array([content_digest("text", text) for text in texts]),
        ...     texts, np.array(["+", "+", "+", "-", "-"]), np.arange(5).astype(object))
        >>> kept, report = deduplicate(dataset)
        >>> kept.inputs.tolist(), report.dropped
        (['Good', 'Bad'], {'repeated': 1, 'conflicting_labels': 2})
    """
    found = repeats.find(dataset, part_column)
    if part_column is not None:
        _refuse_validation_that_is_test(dataset, found, part_column)
    if dataset.label_kind == "numbers":
        return _of_numbers(dataset, found, part_column)
    findings = [
        *exact_duplicates.describe(dataset, found),
        *conflicting_labels.describe(dataset, found),
    ]
    report = Deduplication(int(found.repeated.sum()), int(found.conflicting.sum()), tuple(findings))
    return dataset.take(~(found.repeated | found.conflicting)), report


def _of_numbers(
    dataset: Dataset, found: repeats.Repeats, part_column: str | None
) -> tuple[Dataset, Deduplication]:
    """Keeps one example of each content, with the mean of its numbers."""
    better, measured = repeated_measurements.averaged(dataset, found, part_column)
    findings = (*exact_duplicates.describe(dataset, found), *measured)
    kept = better.take(np.sort(found.kept))
    return kept, Deduplication(len(dataset) - len(kept), 0, findings)


def _refuse_validation_that_is_test(
    dataset: Dataset, found: repeats.Repeats, part_column: str
) -> None:
    """Raises `UserError` if no validation example is left that test does not hold as well."""
    part_of = repeats.named_parts(dataset, part_column)
    held = [np.flatnonzero(part_of == part) for part in ("validation", "test")]
    if not len(held[0]) or not len(held[1]):
        return
    if not np.isin(found.group[held[0]], found.group[held[1]]).all():
        return
    first = held[0][0]
    twin = held[1][found.group[held[1]] == found.group[first]][0]
    raise UserError(
        "Expected validation and test to be different examples. Received: all "
        f"{len(held[0])} validation examples are test examples, too, such as "
        f"{dataset.locations[first]} and {dataset.locations[twin]}. The test part as validation "
        "data chooses the epoch, and its score is then no test: mark other examples for "
        "validation, or none, and a share of train is held out."
    )
