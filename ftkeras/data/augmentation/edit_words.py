"""Texts with a few words moved, left out, or set apart by a sign."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ftkeras.errors import UserError

_SIGNS = (".", ";", "?", ":", "!", ",")


@dataclass(frozen=True)
class EditWords:
    """Does one of three things to a text, drawn evenly from those whose share is not 0.

    `delete` leaves out each word with that probability, but never all; `swap` lets that share of
    the words, at least two of them, change places pairwise; `punctuate` sets a sign before that
    share of the words, at least one. Words are what white space parts; they are joined again by
    single spaces. Synonyms are not used: without a dictionary of the language they change meaning.
    A text of one word stays.

    Args:
        delete: In [0, 0.99].
        swap: In [0, 1].
        punctuate: In [0, 1].

    Example:
        >>> edit = EditWords(delete=0, swap=0.3, punctuate=0)
        >>> edit("the film was great fun", np.random.default_rng(0))
        'the film fun great was'

    References:
        Wei and Zou, 2019, EMNLP (EDA); Karimi et al., 2021, Findings of EMNLP (signs).
    """

    delete: float = 0.1
    swap: float = 0.1
    punctuate: float = 0.0
    modality: ClassVar[str] = "text"

    def __post_init__(self) -> None:
        shares = {"delete": self.delete, "swap": self.swap, "punctuate": self.punctuate}
        for name, share in shares.items():
            most = 0.99 if name == "delete" else 1
            if not isinstance(share, int | float) or not 0 <= share <= most:
                raise UserError(f"Expected `{name}` in [0, {most}]. Received: {name}={share!r}.")
        if not any(shares.values()):
            told = ", ".join(f"{name}={share}" for name, share in shares.items())
            raise UserError(f"Expected a share above 0. Received: {told}.")

    def __call__(self, value: str, generator: np.random.Generator) -> str:
        """Returns the edited text."""
        words = value.split()
        if len(words) < 2:
            return value
        edits = [edit for share, edit in (
            (self.delete, self._deleted), (self.swap, self._swapped),
            (self.punctuate, self._punctuated)) if share]  # fmt: skip
        return " ".join(edits[int(generator.integers(len(edits)))](words, generator))

    def _deleted(self, words: list[str], generator: np.random.Generator) -> list[str]:
        kept = generator.random(len(words)) >= self.delete
        if not kept.any():
            kept[generator.integers(len(words))] = True
        return [word for word, is_kept in zip(words, kept, strict=True) if is_kept]

    def _swapped(self, words: list[str], generator: np.random.Generator) -> list[str]:
        pairs = max(1, round(self.swap * len(words) / 2))
        chosen = generator.permutation(len(words))[: 2 * pairs]
        words = list(words)
        for one, other in zip(chosen[::2], chosen[1::2], strict=False):
            words[one], words[other] = words[other], words[one]
        return words

    def _punctuated(self, words: list[str], generator: np.random.Generator) -> list[str]:
        count = max(1, round(self.punctuate * len(words)))
        before = set(generator.permutation(len(words))[:count].tolist())
        edited = []
        for place, word in enumerate(words):
            if place in before:
                edited.append(_SIGNS[int(generator.integers(len(_SIGNS)))])
            edited.append(word)
        return edited
