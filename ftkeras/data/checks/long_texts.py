"""Texts that are cut off at the model's sequence length."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.data.checks import _wording
from ftkeras.data.input_parts import parts_of
from ftkeras.errors import UserError
from ftkeras.message import message

_WORD = re.compile(r"\w+|[^\w\s]")
_ADDED = 2

LARGEST = 100_000
"""Of more examples a sample is looked at; see `run_checks`."""


@dataclass(frozen=True)
class LongTexts:
    """Counts texts of which a model would see the beginning only.

    Every word and every sign is at least one token, and a text gets two more (start and end), so
    the share told is the least possible: rare words are cut into several tokens. Of two
    texts the longer one counts.

    Args:
        sequence_length: Tokens that the model sees.
        too_many: Above this share of cut texts it is a warning.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> dataset = from_arrays(["short", "a bit longer, too"], [0, 1])
        >>> LongTexts(sequence_length=5)(dataset)[0].message
        '1 example (50.0%) with more than 5 tokens, at least: arrays, row 1. The longest has 7.'
    """

    sequence_length: int = 512
    too_many: float = 0.05

    def __post_init__(self) -> None:
        if not isinstance(self.sequence_length, int) or self.sequence_length < 1:
            raise UserError(
                "Expected `sequence_length` to be an integer >= 1. Received: "
                f"sequence_length={self.sequence_length!r}."
            )

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one finding; the split makes no difference."""
        parts = parts_of(dataset)
        if "text" in parts:
            lengths = _lengths(parts["text"].inputs)
        elif "text_pair" in parts:
            sides = zip(*parts["text_pair"].inputs.tolist(), strict=True)
            lengths = np.max([_lengths(side) for side in sides], axis=0)
        else:
            return []
        rows = np.flatnonzero(lengths > self.sequence_length)
        if not len(rows):
            return []
        share = len(rows) / len(dataset)
        return [
            _wording.finding(
                dataset,
                rows,
                check="long_texts",
                severity="warning" if share > self.too_many else "note",
                message=message(
                    "{examples} ({share:.1%}) with more than {tokens} tokens, at least: {places}. "
                    "The longest has {longest:,}.",
                    examples=_wording.examples(len(rows)),
                    share=share,
                    tokens=self.sequence_length,
                    places=_wording.places(dataset.locations[rows[: _wording.SHOWN]], len(rows)),
                    longest=lengths.max(),
                ),
                action=message("Raise the sequence length, or put what matters first."),
            )
        ]


def _lengths(texts: Sequence[str] | NDArray[np.object_]) -> NDArray[np.int64]:
    found = (len(_WORD.findall(text)) + _ADDED for text in texts)
    return np.fromiter(found, np.int64, len(texts))
