"""Any KerasHub tokenizer (byte-pair, SentencePiece) behind the same small interface."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import keras
import keras_hub
import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing._character_offsets import in_original, storable
from ftkeras.errors import UserError

_CONFIG = "tokenizer.json"
_ASSETS = Path("assets/tokenizer")


class CompiledTokenizer:
    """Wraps a KerasHub tokenizer, for the families that have no exact one here.

    Args:
        tokenizer: A KerasHub tokenizer with its vocabulary loaded.
    """

    kind = "compiled_tokenizer"

    def __init__(self, tokenizer: "keras_hub.tokenizers.Tokenizer") -> None:
        self.tokenizer = tokenizer

    @cached_property
    def config(self) -> dict[str, Any]:
        """The tokenizer's class and settings and the digest of its vocabulary, as JSON values."""
        settings = dict(self.tokenizer.get_config())
        for name in ("name", "trainable", "vocabulary", "merges", "proto"):
            settings.pop(name, None)  # a name counts instances; the vocabulary is in the digest
        return {
            "kind": self.kind,
            "class": type(self.tokenizer).__name__,
            "settings": json.loads(json.dumps(settings, default=str, sort_keys=True)),
            "vocabulary": _digest(self.tokenizer),
        }

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Returns the token ids of each text, without special tokens."""
        rows = self.tokenizer(list(texts))
        rows = rows.to_list() if hasattr(rows, "to_list") else rows
        return [[int(token) for token in row] for row in rows]

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns `(tokens, 2)` of each text: where each token begins and ends in the text itself.

        Of SentencePiece TensorFlow Text says it. Byte pairs spell all bytes of a text one after
        the other, so that their lengths say it.

        Raises:
            UserError: The tokenizer is of another kind, or its tokens do not spell a text.
        """
        whole = [storable(text) for text in texts]
        if isinstance(self.tokenizer, keras_hub.tokenizers.SentencePieceTokenizer):
            found = self._of_sentence_piece(whole)
        elif isinstance(self.tokenizer, keras_hub.tokenizers.BytePairTokenizer):
            found = list(map(self._of_byte_pairs, whole, self.encode(whole)))
        else:
            raise UserError(
                "Expected a tokenizer that can say where its tokens stand: WordPiece, byte pairs "
                f"or SentencePiece. Received: {type(self.tokenizer).__name__}. Choose another "
                "backbone."
            )
        for text, tokens, places in zip(texts, self.encode(whole), found, strict=True):
            if len(tokens) != len(places):  # of equally likely cuts another one was taken
                raise UserError(
                    f"Expected a text that is cut into tokens in one way. Received: {text!r:.80}, "
                    f"which has {len(tokens)} tokens or {len(places)}. Leave it out."
                )
        return [in_original(text, places) for text, places in zip(texts, found, strict=True)]

    def _of_byte_pairs(self, text: str, tokens: Sequence[int]) -> list[tuple[int, int]]:
        """Of each token the characters that its bytes belong to; each of its signs is a byte."""
        sizes = [len(self.tokenizer.id_to_token(token)) for token in tokens]
        ends = np.cumsum([0, *sizes]) - int(self.tokenizer.add_prefix_space)
        character = np.repeat(np.arange(len(text)), [len(sign.encode()) for sign in text])
        if tokens and ends[-1] != len(character):
            raise UserError(
                f"Expected tokens that spell all of a text. Received: {text!r:.80}, of whose "
                f"{len(character)} bytes they spell {ends[-1]}. Leave it out, or choose a backbone "
                "with a WordPiece tokenizer."
            )
        spans = zip(np.maximum(ends[:-1], 0).tolist(), ends[1:].tolist(), strict=True)
        return [
            (int(character[a]), int(character[b - 1]) + 1) if a < b else (0, 0) for a, b in spans
        ]

    def _of_sentence_piece(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Of each text what TensorFlow Text says in bytes, in characters."""
        self.tokenizer._maybe_initialized_tf()
        _, starts, ends = self.tokenizer._sentence_piece.tokenize_with_offsets(texts)
        found = []
        for text, first, last in zip(texts, starts.to_list(), ends.to_list(), strict=True):
            sizes = [len(sign.encode()) for sign in text]
            begins = np.cumsum([0, *sizes])
            places = np.searchsorted(begins, np.array([first, last], np.int64))
            found.append(list(map(tuple, places.T.tolist())))
        return found

    def encode_words(self, words: Sequence[str]) -> list[list[int]]:
        """Returns the token ids of each word.

        Bytes and pairs of them tell a word inside a text by the space before it, so each gets one,
        as with `add_prefix_space=True` in `transformers`; SentencePiece puts its own.
        """
        if isinstance(self.tokenizer, keras_hub.tokenizers.BytePairTokenizer):
            words = [word if word.startswith(" ") else f" {word}" for word in words]
        return self.encode(words)

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Returns the number of UTF-8 bytes of each text: in step with the tokens, and free."""
        return [len(text.encode()) for text in texts]

    def save(self, directory: Path) -> None:
        """Writes the tokenizer's settings (JSON) and vocabulary to an existing directory."""
        (directory / _ASSETS).mkdir(parents=True, exist_ok=True)
        serialized = keras.saving.serialize_keras_object(self.tokenizer)
        (directory / _CONFIG).write_text(json.dumps(serialized, indent=1), encoding="utf-8")
        self.tokenizer.save_assets(str(directory / _ASSETS))

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from what `save` wrote; raises `UserError` if it was altered."""
        try:
            serialized = json.loads((directory / _CONFIG).read_text(encoding="utf-8"))
            tokenizer = keras.saving.deserialize_keras_object(serialized)
            tokenizer.load_preset_assets(str(directory))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UserError(
                f"Expected a saved tokenizer. Received: {directory} ({error}). Restore the files."
            ) from error
        loaded = cls(tokenizer)
        if loaded.config != config:
            raise UserError(
                "Expected the vocabulary that was saved with the model. Received: "
                f"{directory} with another digest. Restore the files."
            )
        return loaded


def _digest(tokenizer: "keras_hub.tokenizers.Tokenizer") -> str:
    """SHA-256 of the files that hold the vocabulary, merges included."""
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_assets(folder)
        for path in sorted(Path(folder).iterdir()):
            digest.update(f"{path.name} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
