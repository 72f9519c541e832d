"""WordPiece as BERT's own tokenizer does it, token for token.

KerasHub's tokenizer deviates from the one the weights were trained with: it folds case (ß becomes
ss) instead of lowering it, keeps accents, does not split at no-break spaces, splits at invisible
characters instead of dropping them, and knows no word of more than 100 bytes. Here every rule is
the original's, and a cache of words makes it several times faster than the compiled one.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from ftkeras.errors import UserError

VOCABULARY = "vocabulary.txt"
_LONGEST_WORD = 100
_SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
_CACHED_WORDS = 1_000_000
# The blocks that BERT's authors call Chinese characters; kana and Hangul are words as they stand.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Splits texts into the longest pieces that a vocabulary knows.

    Args:
        vocabulary: The pieces in the order of their ids; continuations start with `##`.
        lowercase: Lower-case first.
        strip_accents: Remove accents; the original does so exactly when it lower-cases.
        split_ideographs: Make every Chinese character a word.
        unknown: The piece for words that cannot be spelled.

    Raises:
        UserError: The vocabulary lacks `unknown`.

    Example:
        >>> word_piece = WordPiece(["[UNK]", "caf", "##e", "!"], lowercase=True)
        >>> word_piece.encode(["Café!", "the"])
        [[1, 2, 3], [0]]
    """

    kind = "word_piece"

    def __init__(
        self,
        vocabulary: Iterable[str],
        *,
        lowercase: bool,
        strip_accents: bool | None = None,
        split_ideographs: bool = True,
        unknown: str = "[UNK]",
    ) -> None:
        self.vocabulary = tuple(vocabulary)
        self.lowercase = lowercase
        self.strip_accents = lowercase if strip_accents is None else strip_accents
        self.split_ideographs = split_ideographs
        self.unknown = unknown
        self._ids = {piece: index for index, piece in enumerate(self.vocabulary)}
        if unknown not in self._ids:
            raise UserError(
                f"Expected a vocabulary that holds {unknown!r}. Received: vocabulary of "
                f"{len(self.vocabulary)} pieces. Check that the vocabulary file is complete."
            )
        self._characters = _Characters(self.strip_accents, split_ideographs)
        self._words: dict[str, tuple[int, ...]] = {}

    @property
    def config(self) -> dict[str, Any]:
        """The settings and the digest of the vocabulary, as JSON values."""
        return {
            "kind": self.kind,
            "lowercase": self.lowercase,
            "strip_accents": self.strip_accents,
            "split_ideographs": self.split_ideographs,
            "unknown": self.unknown,
            "vocabulary": hashlib.sha256("\n".join(self.vocabulary).encode()).hexdigest(),
        }

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Returns the piece ids of each text, without special tokens."""
        return [self._encode(text) for text in texts]

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Returns the number of pieces of each text; exact, since encoding is cheap."""
        return [len(self._encode(text)) for text in texts]

    def id_of(self, piece: str) -> int:
        """Returns the id of a piece; raises `UserError` when the vocabulary lacks it."""
        if piece not in self._ids:
            raise UserError(
                f"Expected a vocabulary that holds {piece!r}. Received: vocabulary of "
                f"{len(self.vocabulary)} pieces. Check that the vocabulary file is complete."
            )
        return self._ids[piece]

    def save(self, directory: Path) -> None:
        """Writes the vocabulary, one piece a line, to an existing directory."""
        text = "\n".join(self.vocabulary) + "\n"
        (directory / VOCABULARY).write_text(text, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from what `config` and `save` gave; raises `UserError` if altered."""
        tokenizer = cls(
            read_vocabulary(directory / VOCABULARY),
            lowercase=config["lowercase"],
            strip_accents=config["strip_accents"],
            split_ideographs=config["split_ideographs"],
            unknown=config["unknown"],
        )
        if tokenizer.config != config:
            raise UserError(
                "Expected the vocabulary that was saved with the model. Received: "
                f"{directory / VOCABULARY} with another digest. Restore the file."
            )
        return tokenizer

    def _encode(self, text: str) -> list[int]:
        if self.strip_accents and not text.isascii():
            text = unicodedata.normalize("NFD", text)
        if self.lowercase:
            # Python writes a word-final sigma differently; the original lowers letter by letter.
            text = text.replace("\N{GREEK CAPITAL LETTER SIGMA}", _SIGMA).lower()
        ids: list[int] = []
        for word in text.translate(self._characters).split():
            pieces = self._words.get(word)
            ids += self._spell(word) if pieces is None else pieces
        return ids

    def _spell(self, word: str) -> tuple[int, ...]:
        if len(self._words) >= _CACHED_WORDS:
            self._words.clear()
        pieces = self._words[word] = self._longest_first(word)
        return pieces

    def _longest_first(self, word: str) -> tuple[int, ...]:
        pieces: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            for end in range(len(word), start, -1):
                piece = self._ids.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return (self._ids[self.unknown],)
        return tuple(pieces) or (self._ids[self.unknown],)


class _Characters(dict[int, str | None]):
    """What becomes of each character, worked out when it is first met (for `str.translate`)."""

    def __init__(self, strip_accents: bool, split_ideographs: bool) -> None:
        super().__init__()
        self.strip_accents = strip_accents
        self.split_ideographs = split_ideographs

    def __missing__(self, code: int) -> str | None:
        self[code] = self._replacement(code)
        return self[code]

    def _replacement(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if character in "\t\n\r" or category in ("Zs", "Zl", "Zp"):
            return " "
        if category in ("Cc", "Cf", "Co", "Cs") or code == 0xFFFD:
            return None
        if category == "Mn" and self.strip_accents:
            return None
        if category[0] == "P" or (character.isascii() and not character.isalnum()):
            return f" {character} "
        if self.split_ideographs and any(low <= code <= high for low, high in _IDEOGRAPHS):
            return f" {character} "
        return character


def read_vocabulary(path: Path) -> list[str]:
    """Reads a vocabulary file: one piece a line, in the order of the ids.

    Raises:
        UserError: The file is missing or not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"Expected a vocabulary, one piece a line in UTF-8. Received: {path} ({error}). "
            "Download it again."
        ) from None
    # Only a line feed ends a piece: other Unicode line ends can be pieces themselves.
    lines = text.split("\n")
    return [line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
