"""Two texts, each encoded by itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones import preprocessing
from ftkeras.backbones.preprocessing import _files, _pairs
from ftkeras.contracts.backbone import Encoded, Preprocess, input_name

SIDES = ("first", "second")


class TwoTexts:
    """Preprocessing of a backbone that reads both texts of a pair separately.

    Both are padded to the longer of the two. An input `token_ids` of the backbone for one text
    becomes `first_token_ids` and `second_token_ids`.

    Args:
        text: Preprocessing of one text.

    Raises:
        UserError: From a call: a value is not a pair of texts, or there are none.

    Example:
        >>> from ftkeras.backbones.preprocessing.raw_text import RawText
        >>> TwoTexts(RawText())([("good", "bad")]).arrays["second_text"].tolist()
        ['bad']
    """

    modality = "text_pair"

    def __init__(self, text: Preprocess) -> None:
        self.text = text

    @property
    def config(self) -> dict[str, Any]:
        """All settings, with those of one text, as JSON values."""
        return {
            "modality": self.modality,
            "kind": "two_texts",
            "text": self.text.config,
            "sequence_length": self.text.config.get("sequence_length"),
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes pairs `(first, second)`."""
        sides = [self.text(texts) for texts in _pairs.unzipped(values)]
        lengths = [side.lengths for side in sides if side.lengths is not None]
        longer = np.max(lengths, axis=0) if lengths else None
        every, longest = np.arange(len(values)), None if longer is None else int(longer.max())
        arrays = {
            input_name(name, inner): array
            for name, side in zip(SIDES, sides, strict=True)
            for inner, array in side.take(every, longest).items()
        }
        return Encoded(arrays, longer)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the estimate for the longer text of each pair."""
        first, second = map(self.text.sizes, _pairs.unzipped(values))
        return np.maximum(first, second)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json`, and that of one text to `text/`."""
        _files.write(directory, self.config, {"text": self.text})

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote."""
        return cls(preprocessing.load(directory / "text"))
