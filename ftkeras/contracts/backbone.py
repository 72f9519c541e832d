"""A pretrained model without its head, with everything that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ftkeras.handles import Handle

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Encoded:
    """Preprocessed examples, ready to be cut into batches.

    Args:
        arrays: The backbone's inputs by name, each `(examples, ...)`; for variable-length inputs
            the second axis is padded to the longest example here.
        lengths: `(examples,)` true lengths along the second axis; `None` when all are equal.
    """

    arrays: dict[str, NDArray[Any]]
    lengths: NDArray[np.int64] | None = None

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        """Returns the given rows, cut (or zero-padded) to `length` along the second axis."""
        taken = {name: array[rows] for name, array in self.arrays.items()}
        if self.lengths is None or length is None:
            return taken
        return {name: _to_length(array, length) for name, array in taken.items()}


def _to_length(array: NDArray[Any], length: int) -> NDArray[Any]:
    missing = length - array.shape[1]
    if missing <= 0:
        return array[:, :length]
    return np.pad(array, [(0, 0), (0, missing)] + [(0, 0)] * (array.ndim - 2))


class Preprocess(Protocol):
    """Turns raw inputs into the arrays a backbone takes. It belongs to the backbone."""

    modality: str
    """What it reads: `"text"` or `"image"`."""

    @property
    def config(self) -> dict[str, Any]:
        """All settings that change its result, as JSON values; part of the feature cache's key."""

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes raw inputs: texts, image file paths or `(height, width, channels)` arrays."""

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """A cheap estimate of each example's length, to sort by before anything is encoded."""

    def save(self, directory: Path) -> None:
        """Writes everything needed to build it again to an existing directory."""


@dataclass(frozen=True)
class Block:
    """A named group of layers that is frozen or trained together.

    Args:
        name: For example `embeddings` or `transformer_layer_3`.
        layers: The Keras layers in it.
    """

    name: str
    layers: "tuple[keras.layers.Layer, ...]"


@dataclass(frozen=True)
class Backbone:
    """A pretrained model without its head.

    Args:
        handle: Where it came from.
        model: A functional model from the preprocessed inputs to a dictionary of taps.
        preprocess: Raw inputs to the model's inputs.
        taps: Names that can be tapped, best default first: `mean_pooled`, `class_token`, `pooled`
            give `(batch, width)`; `sequence` gives `(batch, length, width)`; `feature_map` gives
            `(batch, height, width, channels)`.
        blocks: Groups of layers in order from input to output; every layer with weights is in
            exactly one.
        fingerprint: SHA-256 of the architecture and every weight.
    """

    handle: Handle
    model: "keras.Model"
    preprocess: Preprocess
    taps: tuple[str, ...]
    blocks: tuple[Block, ...]
    fingerprint: str
