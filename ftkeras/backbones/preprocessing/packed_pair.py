"""Two texts in one sequence, as a cross-encoder reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones import preprocessing
from ftkeras.backbones.preprocessing import _files, _pairs
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.contracts.backbone import Encoded
from ftkeras.errors import UserError


class PackedPair:
    """Preprocessing of a text backbone that reads both texts of a pair together.

    A pair becomes `start + first + separator + second + end`, for BERT `[CLS] first [SEP] second
    [SEP]` and for RoBERTa `<s> first </s></s> second </s>`. Segment ids are 0 up to the separator
    and 1 behind it. Where both do not fit into `sequence_length`, the longer one is cut until they
    are alike, then both are, as `transformers` does it (longest first). `num_encoded` and
    `num_truncated` count the pairs since the object was made.

    Args:
        text: Preprocessing of one text: its tokenizer, special tokens and limit.

    Raises:
        UserError: No token of a pair would fit. From a call: a value is not a pair of texts.

    Shapes:
        every input: `(pairs, longest)` int32.

    Example:
        >>> from ftkeras.backbones.preprocessing._word_piece import WordPiece
        >>> tokenizer = WordPiece(["[UNK]", "[CLS]", "[SEP]", "good", "bad"], lowercase=True)
        >>> pair = PackedPair(Text(tokenizer, sequence_length=8, start=(1,), end=(2,)))
        >>> arrays = pair([("good good", "bad")]).arrays
        >>> arrays["token_ids"].tolist(), arrays["segment_ids"].tolist()
        ([[1, 3, 3, 2, 4, 2]], [[0, 0, 0, 0, 1, 1]])
    """

    modality = "text_pair"

    def __init__(self, text: Text) -> None:
        self.text = text
        self.num_encoded = 0
        self.num_truncated = 0
        if self.room < 2:
            raise UserError(
                "Expected `sequence_length` to leave room for both texts beside "
                f"{text.sequence_length - self.room} special tokens. Received: "
                f"sequence_length={text.sequence_length}. 128 suits most pairs of short texts."
            )

    @property
    def config(self) -> dict[str, Any]:
        """All settings, with those of one text, as JSON values."""
        return {
            "modality": self.modality,
            "kind": "packed_pair",
            "text": self.text.config,
            "separator": list(self.text.separator),
            "sequence_length": self.text.sequence_length,
        }

    @property
    def room(self) -> int:
        """How many tokens of both texts together fit into a sequence."""
        text = self.text
        return text.sequence_length - len(text.start) - len(text.separator) - len(text.end)

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes pairs `(first, second)`."""
        first, second = _pairs.unzipped(values)
        tokens = self.text.tokenizer.encode([*first, *second])
        rows, segments = [], []
        for one, other in zip(tokens[: len(first)], tokens[len(first) :], strict=True):
            here, there = kept_lengths(len(one), len(other), self.room)
            self.num_truncated += here + there < len(one) + len(other)
            front = [*self.text.start, *one[:here], *self.text.separator]
            rows.append([*front, *other[:there], *self.text.end])
            segments.append(len(front))
        self.num_encoded += len(rows)
        return self.text.padded(rows, np.array(segments))

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns `(tokens, 2)` of each single text: where each token stands in it.

        Args:
            texts: Texts, each by itself.
        """
        return self.text.tokenizer.offsets(texts)

    def places(self, values: Sequence[Any]) -> list[NDArray[np.int64]]:
        """Returns where the tokens of each sequence stand in the second text, in characters.

        Args:
            values: Pairs `(first, second)`.

        Returns:
            For each pair `(length, 2)`: begin and end of the token at each position, -1 where it is
            none of the second text, or nothing but white space.
        """
        first, second = _pairs.unzipped(values)
        counts = [len(tokens) for tokens in self.text.tokenizer.encode(first)]
        found = []
        for count, places in zip(counts, self.offsets(second), strict=True):
            here, there = kept_lengths(count, len(places), self.room)
            front = len(self.text.start) + here + len(self.text.separator)
            placed = np.full((front + there + len(self.text.end), 2), -1, np.int64)
            placed[front : front + there] = places[:there]
            placed[placed[:, 0] == placed[:, 1]] = -1
            found.append(placed)
        return found

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns a number per pair that grows with its encoded length, cut where that is cut."""
        first, second = map(self.text.sizes, _pairs.unzipped(values))
        return np.minimum(first + second, self.text.sequence_length)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json`, and that of one text to `text/`."""
        _files.write(directory, self.config, {"text": self.text})

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote."""
        text = preprocessing.load(directory / "text")
        if not isinstance(text, Text):
            raise UserError(
                "Expected the preprocessing of a text. Received: "
                f"{directory / 'text'}, which is of {text.modality}. Restore the files."
            )
        return cls(text)


def kept_lengths(first: int, second: int, room: int) -> tuple[int, int]:
    """Returns how many tokens of each text are kept: the longer one is cut first.

    Args:
        first: Tokens of the first text.
        second: Tokens of the second text.
        room: Tokens that fit in all.

    Example:
        >>> kept_lengths(3, 9, 8), kept_lengths(9, 9, 7), kept_lengths(9, 8, 7)
        ((3, 5), (3, 4), (4, 3))
    """
    if first + second <= room:
        return first, second
    shorter = min(first, second, room // 2)
    return (room - shorter, shorter) if first > second else (shorter, room - shorter)
