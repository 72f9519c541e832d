"""WordPiece as BERT's own tokenizer does it, by the library that the weights' makers keep.

KerasHub's tokenizer deviates from the one the weights were trained with: it folds case (ß becomes
ss) instead of lowering it, keeps accents, does not split at no-break spaces, splits at invisible
characters instead of dropping them, and knows no word of more than 100 bytes. `tokenizers` is what
`transformers` itself calls.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from ftkeras.backbones.preprocessing._character_offsets import in_original, storable
from ftkeras.errors import UserError

VOCABULARY = "vocabulary.txt"
_LONGEST_WORD = 100


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
        self._tokenizer = self._compile()

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
        # Half a surrogate pair, as JSON can hold it, is no character and cannot be handed over.
        whole = [storable(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(whole, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns `(pieces, 2)` of each text: where each piece begins and ends in the text itself.

        Example:
            >>> word_piece = WordPiece(["[UNK]", "caf", "##e", "!"], lowercase=True)
            >>> word_piece.offsets([" CAFÉ !"])[0].tolist()
            [[1, 4], [4, 5], [6, 7]]
        """
        whole = [storable(text) for text in texts]
        encodings = self._tokenizer.encode_batch(whole, add_special_tokens=False)
        return [
            in_original(text, encoding.offsets)
            for text, encoding in zip(texts, encodings, strict=True)
        ]

    def encode_words(self, words: Sequence[str]) -> list[list[int]]:
        """Returns the piece ids of each word: no piece is of two words."""
        return self.encode(words)

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Returns the number of pieces of each text; exact, since encoding is cheap."""
        return [len(ids) for ids in self.encode(texts)]

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

    def _compile(self) -> Tokenizer:
        model = models.WordPiece(
            self._ids, unk_token=self.unknown, max_input_chars_per_word=_LONGEST_WORD
        )
        tokenizer = Tokenizer(model)
        tokenizer.normalizer = normalizers.BertNormalizer(
            clean_text=True,
            handle_chinese_chars=self.split_ideographs,
            strip_accents=self.strip_accents,
            lowercase=self.lowercase,
        )
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        return tokenizer


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
