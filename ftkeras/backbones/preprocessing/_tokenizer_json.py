"""A tokenizer as `tokenizer.json` describes it, run by the library that wrote the file."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from ftkeras.backbones.preprocessing._character_offsets import in_original, storable
from ftkeras.errors import UserError

FILE = "tokenizer.json"


class TokenizerJson:
    """Runs what a `tokenizer.json` says, without its special tokens, its cutting and its padding.

    Args:
        description: The content of the file.

    Raises:
        UserError: It describes no tokenizer.

    Example:
        >>> tokenizer = TokenizerJson(of_residues(["<unk>", "M", "K"], "<unk>"))
        >>> tokenizer.encode(["MKM", "M x"])
        [[1, 2, 1], [1, 0]]
        >>> tokenizer.offsets(["MK M"])[0].tolist()
        [[0, 1], [1, 2], [3, 4]]
    """

    kind = "tokenizer_json"

    def __init__(self, description: str) -> None:
        try:
            self._tokenizer = Tokenizer.from_str(description)
        except Exception as error:  # the library raises no other
            raise UserError(
                f"Expected {FILE} to describe a tokenizer. Received: {str(error)[:200]}. Download "
                "it again."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @property
    def config(self) -> dict[str, Any]:
        """The digest of the description, as JSON values."""
        return {"kind": self.kind, "vocabulary": hashlib.sha256(self._text().encode()).hexdigest()}

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Returns the token ids of each text, without special tokens."""
        whole = [storable(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(whole, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns `(tokens, 2)` of each text: where each token begins and ends in it."""
        whole = [storable(text) for text in texts]
        encodings = self._tokenizer.encode_batch(whole, add_special_tokens=False)
        return [
            in_original(text, encoding.offsets)
            for text, encoding in zip(texts, encodings, strict=True)
        ]

    def encode_words(self, words: Sequence[str]) -> list[list[int]]:
        """Returns the token ids of each word: no token is of two words.

        Bytes tell a word inside a text by the space before it, so each gets one, as with
        `add_prefix_space=True` in `transformers`.
        """
        cut = self._tokenizer.pre_tokenizer
        if cut is not None and b"ByteLevel" in cut.__getstate__():
            words = [word if word.startswith(" ") else f" {word}" for word in words]
        return self.encode(words)

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Returns the number of tokens of each text; exact, since encoding is cheap."""
        return [len(ids) for ids in self.encode(texts)]

    def id_of(self, token: str) -> int:
        """Returns the id of a token; raises `UserError` when there is none."""
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise UserError(
                f"Expected a vocabulary that holds {token!r}. Received: {FILE} with "
                f"{self._tokenizer.get_vocab_size()} tokens without it. Download it again."
            )
        return int(found)

    def save(self, directory: Path) -> None:
        """Writes the description to an existing directory."""
        (directory / FILE).write_text(self._text(), encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from what `config` and `save` gave; raises `UserError` if altered."""
        try:
            tokenizer = cls((directory / FILE).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"Expected a saved tokenizer. Received: {directory / FILE} ({error}). Restore it."
            ) from error
        if tokenizer.config != config:
            raise UserError(
                "Expected the vocabulary that was saved with the model. Received: "
                f"{directory / FILE} with another digest. Restore the file."
            )
        return tokenizer

    def _text(self) -> str:
        return json.dumps(json.loads(self._tokenizer.to_str()), ensure_ascii=False, sort_keys=True)


def of_residues(vocabulary: Sequence[str], unknown: str) -> str:
    """Describes a tokenizer that finds the entries of a vocabulary anywhere, as ESM's own does.

    A protein is written without spaces, so that each of its letters is a token. What stands between
    two entries, up to the next space, is one unknown token.

    Args:
        vocabulary: The entries in the order of their ids.
        unknown: Which of them stands for what is no entry.
    """
    ids = {token: index for index, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=unknown))
    longest_first = sorted(vocabulary, key=len, reverse=True)
    signs = "|".join("".join(_literal(sign) for sign in token) for token in longest_first)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(signs), "isolated")]
    )
    return str(tokenizer.to_str())


def _literal(sign: str) -> str:
    return sign if sign.isalnum() else f"\\x{{{ord(sign):x}}}"
