"""Which example belongs to which part."""

import hashlib
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.ids import has_repeats, sortable

PARTS = ("train", "validation", "test")
_AT_ONCE = 65_536


@dataclass(frozen=True)
class Split:
    """The ids of each part, and how they were chosen.

    Args:
        train: Ids the weights are fitted on.
        validation: Ids that choices (epoch, threshold) are made on.
        test: Ids that are read once, at the end.
        rule: The call string of the rule that made the split.
        seed: The seed it was made with.

    Raises:
        ValueError: An id stands in two parts, or twice in one.
    """

    train: NDArray[np.str_]
    validation: NDArray[np.str_]
    test: NDArray[np.str_]
    rule: str
    seed: int

    def __post_init__(self) -> None:
        everything = np.concatenate([self.ids(part) for part in PARTS])
        if has_repeats(everything):
            raise ValueError(
                "Expected every example in one part, once. Received: "
                f"{len(everything) - len(np.unique(everything))} repeated ids. Remove duplicates "
                "before splitting."
            )

    def ids(self, part: str) -> NDArray[np.str_]:
        """Returns the ids of `"train"`, `"validation"` or `"test"`."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[part]

    def take(self, part: str, dataset: Dataset) -> Dataset:
        """Returns the examples of one part, in the order of the split."""
        known, wanted = sortable(dataset.ids), sortable(self.ids(part))
        order = np.argsort(known)
        taken = dataset.take(order[np.searchsorted(known, wanted, sorter=order)])
        return replace(taken, ids=self.ids(part))  # the same ids need no memory twice

    @property
    def digest(self) -> str:
        """SHA-256 over the ids of the parts: equal digests mean equal parts."""
        digest = hashlib.sha256()
        for number, part in enumerate(PARTS):
            digest.update(f"{chr(10) if number else ''}{part}".encode())
            ids = np.sort(self.ids(part))
            for first in range(0, len(ids), _AT_ONCE):
                some = ids[first : first + _AT_ONCE].tolist()
                digest.update("".join(f" {identity}" for identity in some).encode())
        return digest.hexdigest()


class SplitRule(Protocol):
    """One file in `data/splits/`: built from a call string, called with the data."""

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats; the order of its rows does not matter."""


class FoldRule(Protocol):
    """One file in `data/folds/`: built from a call string, called with the data."""

    def __call__(self, dataset: Dataset, seed: int) -> list[Split]:
        """Returns splits whose test parts hold every example once (once a repeat)."""
