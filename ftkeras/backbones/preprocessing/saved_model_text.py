"""Texts to token ids by the preprocessor SavedModel that belongs to an encoder."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ftkeras.backbones.preprocessing import _texts
from ftkeras.backbones.saved_model import digest, trust
from ftkeras.backbones.saved_model.load import load
from ftkeras.backbones.saved_model.resolve import resolve
from ftkeras.contracts.backbone import Encoded
from ftkeras.errors import UserError

_FOLDER = "preprocessor"
# Texts that go through at once: ragged intermediates of more would take memory for nothing.
_CHUNK = 1024


class SavedModelText:
    """Runs a preprocessor SavedModel, as TensorFlow Hub publishes beside its encoders.

    Args:
        preprocessor: Its directory, address or handle; see `SavedModelBackbone`.
        inputs: Which of its outputs the encoder takes. One ends in `mask`: 1 at tokens, 0 behind
            them.
        sequence_length: Longest sequence; `None` takes the preprocessor's own. Another one needs
            its functions `tokenize` and `bert_pack_inputs`.
        cut: Whether empty places behind the longest text of a call are cut off, for encoders that
            take any length.

    Raises:
        UserError: There is no such preprocessor, or it gives something else.

    Shapes:
        every input: `(texts, longest)` integers.
    """

    modality = "text"

    def __init__(
        self,
        preprocessor: str,
        *,
        inputs: Sequence[str],
        sequence_length: int | None = None,
        cut: bool = True,
    ) -> None:
        self.directory = resolve(preprocessor)
        self.sha256 = digest.digest(self.directory)
        self.inputs = tuple(inputs)
        self.cut = cut
        self._root = load(self.directory).root
        own_length = self._own_length()
        self.sequence_length = own_length if sequence_length is None else sequence_length
        self._packs = self.sequence_length != own_length
        if self._packs and not (
            hasattr(self._root, "tokenize") and hasattr(self._root, "bert_pack_inputs")
        ):
            raise UserError(
                f"Expected sequence_length={own_length}, the only one that {preprocessor} "
                f"makes. Received: sequence_length={sequence_length}. Leave it out."
            )

    @property
    def config(self) -> dict[str, Any]:
        """All settings, with the digest of the preprocessor, as JSON values."""
        return {
            "modality": self.modality,
            "kind": "saved_model_text",
            "sha256": self.sha256,
            "inputs": list(self.inputs),
            "sequence_length": self.sequence_length,
            "cut": self.cut,
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes texts.

        Raises:
            UserError: A value is not a string, or there are none.
        """
        texts = _texts.checked(values)
        parts = [
            self._encode(texts[first : first + _CHUNK]) for first in range(0, len(texts), _CHUNK)
        ]
        arrays = {name: np.concatenate([part[name] for part in parts]) for name in self.inputs}
        if not self.cut:
            return Encoded(arrays=arrays)
        mask = next(arrays[name] for name in self.inputs if name.endswith("mask"))
        lengths = np.maximum(np.count_nonzero(mask, axis=1), 1)
        longest = int(lengths.max())
        return Encoded({name: array[:, :longest] for name, array in arrays.items()}, lengths)

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns the number of words of each text, from which its tokens follow roughly."""
        return np.fromiter((len(str(text).split()) for text in values), np.int64, len(values))

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` and the whole preprocessor to an existing directory."""
        digest.copy(self.directory, str(directory / _FOLDER), with_weights=True)
        text = json.dumps(self.config, indent=1, sort_keys=True)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config` and the directory that `save` wrote.

        Raises:
            UserError: The preprocessor, which is a program, is not trusted.
        """
        folder = str(directory / _FOLDER)
        trust.expect_trusted(digest.digest(folder), f"the preprocessor in {directory}")
        return cls(
            folder,
            inputs=config["inputs"],
            sequence_length=config["sequence_length"],
            cut=config["cut"],
        )

    def _encode(self, texts: list[str]) -> dict[str, NDArray[Any]]:
        strings = tf.constant(texts)
        if self._packs:
            length = tf.constant(self.sequence_length)
            tokens = [self._root.tokenize(strings)]
            found = self._root.bert_pack_inputs(tokens, length)
        else:
            found = self._root(strings)
        return {name: found[name].numpy() for name in self.inputs}

    def _own_length(self) -> int:
        """The length it pads to, found by asking; refuses what is no such preprocessor."""
        found = self._root(tf.constant([""])) if callable(self._root) else None
        masks = [name for name in self.inputs if name.endswith("mask")]
        if not isinstance(found, Mapping) or not set(self.inputs) <= set(found) or not masks:
            gives = ", ".join(found) if isinstance(found, Mapping) else type(found).__name__
            raise UserError(
                f"Expected a preprocessor that gives {', '.join(self.inputs)}. "
                f"Received: {self.directory}, which gives {gives}. Take the one that the "
                "encoder's page names."
            )
        return int(found[masks[0]].shape[1])
