"""Texts that come as lists of words, each of which is to be answered for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones import preprocessing
from ftkeras.backbones.preprocessing import _files
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.contracts.backbone import Encoded, input_name
from ftkeras.errors import UserError

TEXT = "text"
PLACES = "word_places"
MASK = "padding_mask"
_MOST_KNOWN = 500_000


class Words:
    """Preprocessing of a backbone that answers for each word of a text.

    Words are cut into pieces one by one, so that it is exact which piece is of which word, and a
    word stands where its first piece does; the pieces together make the text. Input `token_ids`
    becomes `text_token_ids`; `word_places` says where each word stands, and `padding_mask` which
    words stand anywhere. Words behind the last token that fits do not, nor do words without a
    piece, such as a lone control character.

    Args:
        text: Preprocessing of a text.

    Raises:
        UserError: From a call: a value is no list of words, or an empty one.

    Shapes:
        every input: `(texts, longest)` int32, in tokens: no text has more words than those.

    Example:
        >>> from ftkeras.backbones.preprocessing._word_piece import WordPiece
        >>> pieces = WordPiece(["[UNK]", "[CLS]", "[SEP]", "play", "##ing"], lowercase=True)
        >>> words = Words(Text(pieces, sequence_length=6, start=(1,), end=(2,)))
        >>> encoded = words([("playing", "Play", "play", "play")])
        >>> encoded.arrays["text_token_ids"].tolist()
        [[1, 3, 4, 3, 3, 2]]
        >>> encoded.arrays["word_places"].tolist(), encoded.arrays["padding_mask"].tolist()
        ([[1, 3, 4, 0, 0, 0]], [[1, 1, 1, 0, 0, 0]])
        >>> words.unplaced([("playing", "Play", "play", "play")])
        array([1])

    References:
        Devlin et al., 2019, NAACL, section 5.3: the first piece of a word answers for it.
    """

    modality = "words"

    def __init__(self, text: Text) -> None:
        self.text = text
        self._known: dict[str, list[int]] = {}

    @property
    def config(self) -> dict[str, Any]:
        """All settings, with those of the text, as JSON values."""
        return {
            "modality": self.modality,
            "sequence_length": self.text.sequence_length,
            TEXT: self.text.config,
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes lists of words."""
        rows, places = self._rows(_checked(values))
        encoded = self.text.padded(rows)
        lengths = encoded.lengths
        # Words without a piece may be more than the tokens of their text.
        words = np.array([1 + max((i for i, at in enumerate(row) if at), default=-1)
                          for row in places], np.int64)  # fmt: skip
        if lengths is not None:
            lengths = np.maximum(lengths, words)
        width = next(iter(encoded.arrays.values())).shape[1]
        longest = width if lengths is None else int(lengths.max())
        where = np.zeros((len(rows), longest), np.int32)
        for row, of_text in enumerate(places):
            where[row, : words[row]] = of_text[: words[row]]
        arrays = {
            input_name(TEXT, name): np.pad(array, [(0, 0), (0, longest - array.shape[1])])
            for name, array in encoded.arrays.items()
        }
        mask = (where > 0).astype(np.int32)
        where -= mask  # until here 0 stood for words that stand nowhere
        return Encoded({**arrays, PLACES: where, MASK: mask}, lengths)

    def unplaced(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns `(texts,)` how many words of each have no place, and so no answer."""
        _, places = self._rows(_checked(values))
        return np.array([sum(not at for at in row) for row in places], np.int64)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the number of tokens of each text."""
        rows, _ = self._rows(_checked(values))
        return np.array([len(row) for row in rows], np.int64)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json`, and that of the text to `text/`."""
        _files.write(directory, self.config, {TEXT: self.text})

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote."""
        return cls(cast(Text, preprocessing.load(directory / TEXT)))

    def _rows(self, texts: list[list[str]]) -> tuple[list[list[int]], list[list[int]]]:
        """Returns the token ids of each text, and 1 + the place of each word or 0 for none."""
        known = self._learned({word for words in texts for word in words})
        text = self.text
        room = text.sequence_length - len(text.end)
        rows, places = [], []
        for words in texts:
            tokens, where = list(text.start), []
            for index, word in enumerate(words):
                pieces = known[word]
                stands = pieces and len(tokens) < room and index < text.sequence_length
                where.append(1 + len(tokens) if stands else 0)
                tokens += pieces
            rows.append([*tokens[:room], *text.end])
            places.append(where)
        return rows, places

    def _learned(self, words: set[str]) -> dict[str, list[int]]:
        """Returns the pieces of each word; those not met before are cut now."""
        known = self._known if len(self._known) + len(words) <= _MOST_KNOWN else {}
        new = sorted(words - known.keys())
        if new:
            pieces = self.text.tokenizer.encode_words(new)
            self._known = known = {**known, **dict(zip(new, pieces, strict=True))}
        return known


def _checked(values: Sequence[Any]) -> list[list[str]]:
    texts = list(values)
    for index, words in enumerate(texts):
        is_list = isinstance(words, list | tuple) and len(words) > 0
        if not is_list or not all(isinstance(word, str) for word in words):
            raise UserError(
                f"Expected lists of one word or more. Received: value {index} is {words!r:.80}. "
                "Split texts into words first, as those that were trained on are, for example "
                "with text.split()."
            )
    if not texts:
        raise UserError("Expected at least one list of words. Received: values=[].")
    return [list(words) for words in texts]
