"""Texts as they are, for models that take strings."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing import _texts
from ftkeras.contracts.backbone import Encoded


class RawText:
    """Hands texts over without a change: the model splits and looks up words itself.

    Args:
        input: Name of the backbone's input.

    Raises:
        UserError: From a call: a value is not a string, or there are none.

    Example:
        >>> RawText()(["good", "bad"]).arrays["text"].tolist()
        ['good', 'bad']
    """

    modality = "text"

    def __init__(self, input: str = "text") -> None:
        self.input = input

    @property
    def config(self) -> dict[str, Any]:
        """All settings, as JSON values."""
        return {"modality": self.modality, "kind": "raw_text", "input": self.input}

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Returns the texts."""
        return Encoded(arrays={self.input: np.array(_texts.checked(values), dtype=object)})

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the number of characters of each text."""
        return np.fromiter((len(text) for text in values), np.int64, len(values))

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` to an existing directory."""
        text = json.dumps(self.config, indent=1, sort_keys=True)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config`."""
        return cls(config["input"])
