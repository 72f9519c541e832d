"""Inputs of several parts, each encoded as its kind is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.backbones import preprocessing
from ftkeras.backbones.preprocessing import _files
from ftkeras.contracts.backbone import Encoded, Preprocess, input_name
from ftkeras.errors import UserError


class Multimodal:
    """Preprocessing of several backbones side by side.

    An input is a dictionary: name of a part -> what its backbone reads. An input `token_ids` of the
    backbone of the part `text` becomes `text_token_ids`.

    Args:
        parts: Name of a part -> its preprocessing.

    Raises:
        UserError: From a call: an input lacks a part.

    Example:
        >>> from ftkeras.backbones.preprocessing.image import Image
        >>> from ftkeras.backbones.preprocessing.raw_text import RawText
        >>> both = Multimodal({"text": RawText(), "image": Image(2)})
        >>> arrays = both([{"text": "black", "image": np.zeros((4, 4), "uint8")}]).arrays
        >>> arrays["text_text"].tolist(), arrays["image_images"].shape
        (['black'], (1, 2, 2, 3))
    """

    modality = "multimodal"

    def __init__(self, parts: Mapping[str, Preprocess]) -> None:
        self.parts = dict(parts)

    @property
    def config(self) -> dict[str, Any]:
        """All settings of the parts, as JSON values."""
        configs = {name: part.config for name, part in self.parts.items()}
        limits = [config.get("sequence_length") for config in configs.values()]
        return {
            "modality": self.modality,
            "parts": configs,
            "sequence_length": max((limit for limit in limits if limit), default=None),
        }

    def values_of(self, name: str, values: Sequence[Any]) -> list[Any]:
        """Returns one part of each input.

        Raises:
            UserError: An input is no dictionary, or lacks the part.
        """
        for index, value in enumerate(values):
            if not isinstance(value, Mapping) or name not in value:
                raise UserError(
                    f"Expected inputs with the parts {', '.join(self.parts)}. Received: value "
                    f"{index} is {value!r:.80}. Fill or drop what is missing."
                )
        return [value[name] for value in values]

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes dictionaries of parts."""
        encoded = {name: part(self.values_of(name, values)) for name, part in self.parts.items()}
        lengths = [part.lengths for part in encoded.values() if part.lengths is not None]
        longer = np.max(lengths, axis=0) if lengths else None
        every = np.arange(len(values))
        arrays, ragged = {}, []
        for name, part in encoded.items():
            longest = None if part.lengths is None or longer is None else int(longer.max())
            for inner, array in part.take(every, longest).items():
                arrays[input_name(name, inner)] = array
            if part.lengths is not None:
                ragged += [input_name(name, x) for x in part.ragged or part.arrays]
        return Encoded(arrays, longer, tuple(ragged))

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the largest estimate of the parts of each input."""
        sizes = [part.sizes(self.values_of(name, values)) for name, part in self.parts.items()]
        return np.asarray(np.max(sizes, axis=0), np.int64)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json`, and that of each part to a directory of its name."""
        _files.write(directory, self.config, self.parts)

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote."""
        return cls({name: preprocessing.load(directory / name) for name in config["parts"]})
