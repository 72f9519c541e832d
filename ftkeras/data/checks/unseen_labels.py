"""Labels of validation or test that the training part lacks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import label_text
from ftkeras.data import repeats
from ftkeras.data.checks import _wording
from ftkeras.data.label_kind import label_sets
from ftkeras.message import Message, message, term

_ENTITY = re.compile(r"[BIESLU]-.+")
_OUTSIDE = "O"


@dataclass(frozen=True)
class UnseenLabels:
    """Finds examples whose class cannot be learnt, because no training example has it.

    Of several labels (or tags) each must be in the training part; their combination need not.
    Relevances are only compared within a query, and answers stand in their texts. Numbers cannot be
    unseen, but a note tells how many
    lie outside the range of the training part.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns one error that names the rows, or nothing."""
        if split is None or dataset.label_kind in ("relevances", "spans"):
            return []
        part_of = repeats.part_of_rows(dataset, split)
        if dataset.label_kind == "numbers":
            return _outside(dataset, part_of)
        known = dataset.labels[part_of == "train"]
        if dataset.label_kind in ("labels", "tags", "boxes", "masks"):
            sets = label_sets(dataset.labels) if dataset.label_kind == "boxes" else dataset.labels
            learnt = np.flatnonzero(part_of == "train")
            names = {name for row in learnt for name in sets[row]}
            if dataset.label_kind == "tags":
                names |= _other_forms(names)
            unseen = np.array([not names.issuperset(each) for each in sets], bool)
        else:
            unseen = ~np.isin(dataset.labels, known)
        rows = np.flatnonzero((part_of != "") & unseen)
        if not len(rows):
            return []
        told = [_named(dataset, part_of, row) for row in rows[: _wording.SHOWN]]
        if dataset.label_kind == "tags":
            told = [
                _named(dataset, part_of, row, sorted({*dataset.labels[row]} - names))
                for row in rows[: _wording.SHOWN]
            ]
        return [
            _wording.finding(
                dataset,
                rows,
                check="unseen_labels",
                severity="error",
                message=message(
                    "{examples} with a label that no training example has: {places}.",
                    examples=_wording.examples(len(rows)),
                    places=_wording.places(told, len(rows)),
                ),
                action=message(
                    "Correct these labels, or take split=stratified, which puts every class into "
                    "every part."
                ),
            )
        ]


def _outside(dataset: Dataset, part_of: NDArray[np.str_]) -> list[Finding]:
    """Returns a note about numbers that are smaller or larger than all that can be learnt from."""
    values = np.array(dataset.labels.tolist(), "float64").reshape(len(dataset), -1)
    known = values[part_of == "train"]
    if not len(known):
        return []
    beyond = ((values < known.min(axis=0)) | (values > known.max(axis=0))).any(axis=1)
    rows = np.flatnonzero(beyond & (part_of != ""))
    if not len(rows):
        return []
    told = [_named(dataset, part_of, row) for row in rows[: _wording.SHOWN]]
    return [
        _wording.finding(
            dataset,
            rows,
            check="unseen_labels",
            severity="note",
            message=message(
                "{examples} with a number outside the range of the training part: {places}.",
                examples=_wording.examples(len(rows)),
                places=_wording.places(told, len(rows)),
            ),
            action=message(
                "Look whether these are mistakes; a model answers worst where it never learnt."
            ),
        )
    ]


def _other_forms(tags: set[str]) -> set[str]:
    """I-LOC where B-LOC and I-PER are: the task makes a place for it; nothing of plain tags."""
    entities = tags - {_OUTSIDE}
    if not entities or not all(_ENTITY.fullmatch(tag) for tag in entities):
        return set()
    return {_OUTSIDE, *(f"{one[0]}-{other[2:]}" for one in entities for other in entities)}


def _named(
    dataset: Dataset, part_of: NDArray[np.str_], row: int, labels: Sequence[str] | None = None
) -> Message:
    return message(
        "{label} ({place}, in {part})",
        label=label_text(dataset.labels[row] if labels is None else list(labels)),
        place=_wording.place(str(dataset.locations[row])),
        part=term(str(part_of[row])),
    )
