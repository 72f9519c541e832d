"""Examples that repeat another one, within a part and across parts."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import repeats
from ftkeras.data.checks import _wording
from ftkeras.message import joined, message, term


@dataclass(frozen=True)
class ExactDuplicates:
    """Finds equal content: equal texts but for case and spacing, equal pixels.

    Across parts it is an error: the model would be tested on what it was fitted on.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns repeats, and with a split also those in two parts."""
        found = repeats.find(dataset)
        return [*describe(dataset, found), *(_leaks(dataset, found, split) if split else [])]


def describe(dataset: Dataset, found: repeats.Repeats) -> list[Finding]:
    """Returns the finding for repeats that have been found already."""
    rows = np.flatnonzero(found.repeated)
    if not len(rows):
        return []
    pairs = [
        message(
            "{place} repeats {other}",
            place=_wording.place(str(dataset.locations[row])),
            other=_wording.place(str(dataset.locations[found.kept[found.group[row]]])),
        )
        for row in rows[: _wording.SHOWN]
    ]
    return [
        _wording.finding(
            dataset,
            rows,
            check="exact_duplicates",
            severity="warning",
            message=message(
                "{examples} with the content and label of another one: {places}.",
                examples=_wording.examples(len(rows)),
                places=_wording.places(pairs, len(rows)),
            ),
            action=message("One of each is kept, before the split."),
        )
    ]


def _leaks(dataset: Dataset, found: repeats.Repeats, split: Split) -> list[Finding]:
    part_of = repeats.part_of_rows(dataset, split)
    present = {part: np.zeros(len(found.kept), bool) for part in PARTS}
    for part, of_part in present.items():
        of_part[found.group[part_of == part]] = True
    shared = {pair: present[pair[0]] & present[pair[1]] for pair in combinations(PARTS, 2)}
    contents = np.flatnonzero(np.any(list(shared.values()), axis=0))
    if not len(contents):
        return []
    counts = Counter({pair: int(of.sum()) for pair, of in shared.items() if of.any()})
    told = joined(
        message("{count} in both {one} and {other}", count=count, one=term(a), other=term(b))
        for (a, b), count in counts.items()
    )
    rows = np.flatnonzero(np.isin(found.group, contents) & (part_of != ""))
    return [
        _wording.finding(
            dataset,
            rows,
            check="exact_duplicates",
            severity="error",
            message=message(
                "{contents} contents stand in more than one part ({told}).",
                contents=len(contents),
                told=told,
            ),
            action=message("Remove repeats before the split (ftkeras.data.deduplicate does)."),
        )
    ]
