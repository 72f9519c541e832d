"""Tags that break the rules of their scheme, such as I-PER behind O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data.checks import _wording
from ftkeras.errors import UserError
from ftkeras.message import counted, message
from ftkeras.scores.counts.entity_spans import spans

_TAG = re.compile(r"[BIESLU]-.+")
_OUTSIDE = "O"
_NAMES = {"iob2": "IOB2", "ioe2": "IOE2", "iobes": "IOBES", "bilou": "BILOU"}


@dataclass(frozen=True)
class TagScheme:
    """Finds entities that do not begin, go on or end as the tags of the data otherwise say.

    Which scheme the data follow is seen from the letters in use: B and I (IOB2), I and E (IOE2), S
    beside them (IOBES), L and U (BILOU). Where most entities break IOB2, the data are in IOB1: an
    entity begins with I, and with B only behind another one of its type. Parts of speech and other
    plain tags are not looked at.

    Args:
        most: Above this share of entity words out of rule, the data are taken to follow another
            scheme.

    Example:
        >>> rows = np.empty(3, object)
        >>> rows[:] = [("B-PER", "I-PER"), ("O", "I-LOC"), ("B-LOC", "O")]
        >>> ids = np.arange(3).astype(str)
        >>> dataset = Dataset("words", ids, rows, rows, rows, label_kind="tags")
        >>> TagScheme()(dataset)[0].message.partition(":")[0]
        '1 word with a tag that breaks IOB2, such as I-LOC, in 1 example'
    """

    most: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.most <= 1:
            raise UserError(f"Expected `most` in (0, 1]. Received: most={self.most!r}.")

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding; the split makes no difference."""
        if dataset.label_kind != "tags":
            return []
        tags = {tag for row in dataset.labels for tag in row} - {_OUTSIDE}
        if not tags or not all(_TAG.fullmatch(tag) for tag in tags):
            return []
        scheme = _scheme({tag[0] for tag in tags})
        if scheme is None:
            return []
        wrong = [_out_of_rule(row, scheme) for row in dataset.labels]
        words = sum(map(len, wrong))
        if not words:
            return []
        entity_words = sum(tag != _OUTSIDE for row in dataset.labels for tag in row)
        rows = np.flatnonzero([len(each) > 0 for each in wrong])
        if words > self.most * entity_words:
            return [
                _wording.finding(
                    dataset, rows, "tag_scheme", "note",
                    message("Most entities begin with I and not with B: the tags seem to be IOB1."),
                    message("scheme='conll' reads them so; the strict schemes would drop them."),
                )
            ]  # fmt: skip
        return [
            _wording.finding(
                dataset, rows, "tag_scheme", "warning",
                counted(
                    "{count:,} word with a tag that breaks {scheme}, such as {tag}, in {examples}: "
                    "{places}.",
                    "{count:,} words with a tag that breaks {scheme}, such as {tag}, in "
                    "{examples}: {places}.",
                    count=words,
                    scheme=_NAMES[scheme],
                    tag=dataset.labels[rows[0]][wrong[rows[0]][0]],
                    examples=_wording.examples(len(rows)),
                    places=_wording.places(dataset.locations[rows[: _wording.SHOWN]], len(rows)),
                ),
                message(
                    "Correct them. scheme='conll' makes entities of them all the same; a strict "
                    "scheme drops them from what is true."
                ),
            )
        ]  # fmt: skip


def _scheme(prefixes: set[str]) -> str | None:
    for scheme, letters in (("iob2", "BI"), ("ioe2", "IE"), ("iobes", "BIES"), ("bilou", "BILU")):
        if prefixes <= set(letters):
            return scheme
    return None


def _out_of_rule(tags: Sequence[str], scheme: str) -> list[int]:
    """Places whose tag is in no entity, read strictly."""
    covered = {place for _, first, end in spans(tags, scheme) for place in range(first, end)}
    return [place for place, tag in enumerate(tags) if tag != _OUTSIDE and place not in covered]
