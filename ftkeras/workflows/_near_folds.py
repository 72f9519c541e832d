"""Keeps what is nearly the same out of two parts of a fold."""

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data.near_duplicates import drop_near_leaks, near_pairs
from ftkeras.message import message
from ftkeras.workflows._prepared_data import LARGEST_COMPARED, LARGEST_LOSS, not_compared


def without_near_leaks(examples: Dataset, drawn: list[Split]) -> tuple[list[Split], list[Finding]]:
    """Drops near copies of later parts from each fold, unless little would be left.

    An example stays tested by one fold a repeat: it is only trained on and chosen by in fewer.

    Args:
        examples: The examples.
        drawn: The folds.

    Returns:
        The smaller folds, and at most one finding.
    """
    if len(examples) > LARGEST_COMPARED:
        return drawn, [not_compared(examples)]
    pairs = near_pairs(examples)
    if not len(pairs):
        return drawn, []
    smaller, lost, alike = [], 0, False
    for split in drawn:
        kept, dropped = drop_near_leaks(examples, split, pairs)
        alike |= any(n > LARGEST_LOSS * len(split.ids(part)) for part, n in dropped.items())
        lost += sum(dropped.values())
        smaller.append(kept)
    if not lost:
        return drawn, []
    finding = Finding(
        check="near_duplicates",
        severity="warning",
        message=message(
            "On average {examples:.3g} examples of a fold's training and validation part are "
            "nearly the same as one that it is tested on.",
            examples=lost / len(drawn),
        ),
        action=(
            message(
                "Nothing is dropped, because so many are alike that the rest would be another data "
                "set. If they have a common origin, keep it in one fold: "
                "--folds=grouped(column=...)."
            )
            if alike
            else message("They are dropped from that fold.")
        ),
        count=lost,
    )
    return (drawn if alike else smaller), [finding]
