"""The same context in two parts: what was read in training is easier to read again."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data import repeats
from ftkeras.data.checks import _wording
from ftkeras.data.gold_answers import context_digests
from ftkeras.message import counted, message


@dataclass(frozen=True)
class SharedContexts:
    """Finds questions about a context that an earlier part asks about, too.

    A model may have learnt what stands there; scores on such questions tell little of new texts.
    Only questions whose answer is a piece of their context are looked at; case and spacing of a
    context do not count.

    Example:
        >>> ids = np.array(["1", "2", "3"])
        >>> pairs = np.empty(3, object)
        >>> pairs[:] = [("Who?", "Ann left."), ("Where?", "Ann left."), ("Why?", "Bob did not.")]
        >>> dataset = Dataset("text_pair", ids, pairs, ids, ids, label_kind="spans")
        >>> split = Split(ids[:1], ids[1:2], ids[2:], rule="by_hand", seed=0)
        >>> print(SharedContexts()(dataset, split)[0].message)
        1 question is about a context that an earlier part asks about, too: 2.
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one warning; nothing without a split."""
        if split is None or dataset.label_kind != "spans":
            return []
        part_of = repeats.part_of_rows(dataset, split)
        contexts = context_digests(dataset)
        seen = np.zeros(len(dataset), bool)
        for part, earlier in (("validation", ("train",)), ("test", ("train", "validation"))):
            known = contexts[np.isin(part_of, earlier)]
            seen |= (part_of == part) & np.isin(contexts, known)
        rows = np.flatnonzero(seen)
        if not len(rows):
            return []
        return [
            _wording.finding(
                dataset,
                rows,
                check="shared_contexts",
                severity="warning",
                message=counted(
                    "{count:,} question is about a context that an earlier part asks about, too: "
                    "{places}.",
                    "{count:,} questions are about a context that an earlier part asks about, too: "
                    "{places}.",
                    count=len(rows),
                    places=_wording.places(dataset.locations[rows[: _wording.SHOWN]], len(rows)),
                ),
                action=message(
                    "Leave --split out: questions are then split by context, so that the texts of "
                    "test are new."
                ),
            )
        ]
