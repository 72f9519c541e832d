"""Texts to token ids, segment ids and padding masks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing import _texts
from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer
from ftkeras.backbones.preprocessing._tokenizer_json import TokenizerJson
from ftkeras.backbones.preprocessing._word_piece import WordPiece
from ftkeras.contracts.backbone import Encoded
from ftkeras.errors import UserError

_KINDS = {kind.kind: kind for kind in (WordPiece, CompiledTokenizer, TokenizerJson)}
# What each of a text backbone's inputs holds, by the ending of its name.
_ROLES = ("token_ids", "segment_ids", "padding_mask")


class Tokenizer(Protocol):
    """Texts to token ids, without special tokens."""

    kind: str
    """The key of its class when it is loaded again."""

    @property
    def config(self) -> dict[str, Any]:
        """All that changes its result, with the digest of the vocabulary, as JSON values."""

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Returns the token ids of each text."""

    def encode_words(self, words: Sequence[str]) -> list[list[int]]:
        """Returns the token ids of each word, as inside a text whose words are given one by one."""

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns `(tokens, 2)` of each text: where each token stands in it, in characters."""

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Returns a cheap estimate of each text's number of tokens."""

    def save(self, directory: Path) -> None:
        """Writes the vocabulary to an existing directory."""


class Text:
    """Preprocessing of a text backbone.

    A text becomes `start + tokens + end`, the tokens cut so that all fit into `sequence_length`,
    and is padded to the longest text of the call. `num_encoded` and `num_truncated` count the
    texts since the object was made, so that a caller can say how many lost their end.

    Args:
        tokenizer: Texts to token ids.
        sequence_length: Longest sequence, special tokens included.
        start: Token ids put in front.
        end: Token ids put behind.
        separator: Token ids put between two texts in one sequence; `None` takes `end`.
        padding: Token id of the empty places.
        inputs: Names of the backbone's inputs; each ends in what it holds: `token_ids`,
            `segment_ids` (zeros for one text) or `padding_mask` (1 at tokens).
        fixed_length: Whether every text is padded to `sequence_length`, for networks that mix in
            the padding and were trained so.

    Raises:
        UserError: No token of a text would fit, or an input's name is not understood.

    Shapes:
        every input: `(texts, longest)` int32.

    Example:
        >>> tokenizer = WordPiece(["[UNK]", "[CLS]", "[SEP]", "good"], lowercase=True)
        >>> text = Text(tokenizer, sequence_length=4, start=(1,), end=(2,))
        >>> text(["good", "good good good"]).arrays["token_ids"]
        array([[1, 3, 2, 0],
               [1, 3, 3, 2]], dtype=int32)
        >>> text.num_truncated
        1
    """

    modality = "text"

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        sequence_length: int,
        start: Sequence[int] = (),
        end: Sequence[int] = (),
        separator: Sequence[int] | None = None,
        padding: int = 0,
        inputs: Sequence[str] = _ROLES,
        fixed_length: bool = False,
    ) -> None:
        special = len(start) + len(end)
        if not isinstance(sequence_length, int) or sequence_length <= special:
            raise UserError(
                f"Expected `sequence_length` to be an integer > {special} (the special tokens). "
                f"Received: sequence_length={sequence_length!r}. 128 suits most short texts."
            )
        unknown = [name for name in inputs if not name.endswith(_ROLES)]
        if unknown:
            raise UserError(
                f"Expected inputs that hold {', '.join(_ROLES)}. Received: inputs={unknown}. "
                "This backbone takes more than text; only text backbones can be loaded."
            )
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length
        self.start = tuple(start)
        self.end = tuple(end)
        self.separator = self.end if separator is None else tuple(separator)
        self.padding = padding
        self.inputs = tuple(inputs)
        self.fixed_length = fixed_length
        self.num_encoded = 0
        self.num_truncated = 0

    @property
    def config(self) -> dict[str, Any]:
        """All settings, with the tokenizer's own, as JSON values."""
        return {
            "modality": self.modality,
            "tokenizer": self.tokenizer.config,
            "sequence_length": self.sequence_length,
            "start": list(self.start),
            "end": list(self.end),
            "padding": self.padding,
            "inputs": list(self.inputs),
            **({"separator": list(self.separator)} if self.separator != self.end else {}),
            **({"fixed_length": True} if self.fixed_length else {}),
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes texts.

        Raises:
            UserError: A value is not a string, or there are none.
        """
        texts = _texts.checked(values)
        room = self.sequence_length - len(self.start) - len(self.end)
        tokens = self.tokenizer.encode(texts)
        self.num_encoded += len(texts)
        self.num_truncated += sum(len(row) > room for row in tokens)
        return self.padded([[*self.start, *row[:room], *self.end] for row in tokens])

    def padded(
        self, rows: Sequence[Sequence[int]], second: NDArray[np.integer] | None = None
    ) -> Encoded:
        """Returns the inputs for sequences of token ids.

        Args:
            rows: Token ids of each sequence, special tokens included.
            second: `(sequences,)` places at which a second segment begins; `None` where all is one.
        """
        lengths = np.fromiter((len(row) for row in rows), np.int64, len(rows))
        longest = self.sequence_length if self.fixed_length else int(lengths.max())
        ids = np.full((len(rows), longest), self.padding, np.int32)
        inside = np.arange(ids.shape[1]) < lengths[:, None]
        ids[inside] = np.fromiter((token for row in rows for token in row), np.int32)
        segments = np.zeros_like(ids)
        if second is not None:
            segments[inside & (np.arange(ids.shape[1]) >= second[:, None])] = 1
        holds = {
            "token_ids": ids,
            "segment_ids": segments,
            "padding_mask": inside.astype(np.int32),
        }
        arrays = {name: holds[_role(name)] for name in self.inputs}
        return Encoded(arrays=arrays, lengths=None if self.fixed_length else lengths)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns a number per text that grows with its encoded length, cut where that is cut."""
        sizes = np.asarray(self.tokenizer.sizes(_texts.checked(values)), np.int64)
        if not isinstance(self.tokenizer, CompiledTokenizer):  # the sizes are exact
            return np.minimum(sizes + len(self.start) + len(self.end), self.sequence_length)
        return sizes

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` and the vocabulary to an existing directory."""
        self.tokenizer.save(directory)
        text = json.dumps(self.config, indent=1, sort_keys=True)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote."""
        tokenizer = _KINDS[config["tokenizer"]["kind"]].load(config["tokenizer"], directory)
        return cls(
            tokenizer,
            sequence_length=config["sequence_length"],
            start=config["start"],
            end=config["end"],
            separator=config.get("separator"),
            fixed_length=config.get("fixed_length", False),
            padding=config["padding"],
            inputs=config["inputs"],
        )


def _role(name: str) -> str:
    return next(role for role in _ROLES if name.endswith(role))
