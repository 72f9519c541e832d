"""Examples that are nearly the same as another one, within a part and across parts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import near_duplicates, repeats
from ftkeras.data.checks import _wording
from ftkeras.errors import UserError
from ftkeras.message import Message, joined, message, term

LARGEST = 100_000
"""Of more examples a sample is looked at; see `run_checks`."""


@dataclass(frozen=True)
class NearDuplicates:
    """Finds texts that differ in a word or two, and images that look the same.

    Across parts they make a model look better than it is: it has seen almost the same. All texts
    at the stated similarity are found. Of 171 patches of photographs 100% were found when made
    smaller, 99% with brightness and 98% with contrast changed by a tenth, 94% as JPEG of quality
    85 and 80% of quality 50. Of pairs of different images 4 in a million digits were taken for
    near duplicates, and none of 18,000 pairs of half-overlapping patches.

    Args:
        similarity: For texts: share of their five-character shingles that two have in common.
        distance: For images: bits of 256 in which their perceptual hashes may differ.
        max_examples: Larger sets are not looked at, for time grows with the square.
    """

    similarity: float = near_duplicates.SIMILARITY
    distance: int = near_duplicates.DISTANCE
    max_examples: int = 50_000

    def __post_init__(self) -> None:
        if not 0 < self.similarity <= 1:
            raise UserError(
                f"Expected `similarity` in (0, 1]. Received: similarity={self.similarity!r}."
            )

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding: a warning when parts share content, else a note."""
        if len(dataset) > self.max_examples:
            told = message(
                "{count:,} examples are too many to look for near duplicates.", count=len(dataset)
            )
            action = message(
                "Raise max_examples={limit} if it may take longer.", limit=self.max_examples
            )
            return [Finding("near_duplicates", "note", told, action, len(dataset))]
        pairs = near_duplicates.near_pairs(dataset, self.similarity, self.distance)
        found = repeats.find(dataset)
        pairs = pairs[found.group[pairs[:, 0]] != found.group[pairs[:, 1]]]
        if not len(pairs):
            return []
        if split is None:
            return [
                self._finding(
                    dataset, pairs, "note", None, message("Split by group to keep them together.")
                )
            ]
        part_of = repeats.part_of_rows(dataset, split)
        parts = part_of[pairs]
        leaking = pairs[(parts[:, 0] != parts[:, 1]) & (parts != "").all(axis=1)]
        if not len(leaking):
            action = message("No two parts share them.")
            return [self._finding(dataset, pairs, "note", None, action)]
        learnt = {part: len(np.unique(leaking[part_of[leaking] == part])) for part in PARTS}
        where = joined(
            message("{count} of {part}", count=count, part=term(part))
            for part, count in learnt.items()
            if count
        )
        return [
            self._finding(
                dataset,
                leaking,
                "warning",
                where,
                message(
                    "Drop them from train (ftkeras.data.near_duplicates.drop_near_leaks does), or "
                    "split by group."
                ),
            )
        ]

    def _finding(
        self,
        dataset: Dataset,
        pairs: NDArray[np.int64],
        severity: str,
        where: Message | None,
        action: Message,
    ) -> Finding:
        rows = np.unique(pairs)
        named = [
            message(
                "{one} and {other}",
                one=_wording.place(str(dataset.locations[first])),
                other=_wording.place(str(dataset.locations[second])),
            )
            for first, second in pairs[: _wording.SHOWN]
        ]
        values = {
            "examples": _wording.examples(len(rows)),
            "places": _wording.places(named, len(pairs)),
        }
        told = message("{examples} nearly the same as another one: {places}.", **values)
        if where is not None:
            told = message(
                "{examples} nearly the same as another one in another part ({where}): {places}.",
                where=where,
                **values,
            )
        return _wording.finding(
            dataset,
            rows,
            check="near_duplicates",
            severity=severity,
            message=told,
            action=action,
        )
