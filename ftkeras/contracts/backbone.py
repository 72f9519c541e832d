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
        ragged: Names of the arrays whose second axis that is; `None` when it is that of all.
    """

    arrays: dict[str, NDArray[Any]]
    lengths: NDArray[np.int64] | None = None
    ragged: tuple[str, ...] | None = None

    def take(self, rows: NDArray[np.integer], length: int | None = None) -> dict[str, NDArray[Any]]:
        """Returns the given rows, cut (or zero-padded) to `length` along the second axis."""
        taken = {name: array[rows] for name, array in self.arrays.items()}
        if self.lengths is None or length is None:
            return taken
        ragged = taken if self.ragged is None else self.ragged
        return {**taken, **{name: _to_length(taken[name], length) for name in ragged}}


def _to_length(array: NDArray[Any], length: int) -> NDArray[Any]:
    missing = length - array.shape[1]
    if missing <= 0:
        return array[:, :length]
    return np.pad(array, [(0, 0), (0, missing)] + [(0, 0)] * (array.ndim - 2))


class Preprocess(Protocol):
    """Turns raw inputs into the arrays a backbone takes. It belongs to the backbone."""

    modality: str
    """What it reads, as `Dataset.modality` names it."""

    @property
    def config(self) -> dict[str, Any]:
        """All settings that change its result, as JSON values; part of the feature cache's key."""

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes raw inputs, as `Dataset.inputs` holds them."""

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """A cheap estimate of each example's length, to sort by before anything is encoded."""

    def save(self, directory: Path) -> None:
        """Writes everything needed to build it again to an existing directory."""


class Composed(Preprocess, Protocol):
    """Preprocessing made of that of several parts of an input, side by side."""

    parts: dict[str, Preprocess]
    """Name of a part of an input -> what encodes it."""

    def values_of(self, name: str, values: Sequence[Any]) -> list[Any]:
        """Returns one part of each input."""


def input_name(part: str, name: str) -> str:
    """Returns what a composition calls an input of one of its parts.

    Example:
        >>> input_name("text", "token_ids")
        'text_token_ids'
    """
    return f"{part}_{name}"


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
        widths: Of a composition, how many features of its first tap are those of each part, in
            order; empty for what has no parts.
    """

    handle: Handle
    model: "keras.Model"
    preprocess: Preprocess
    taps: tuple[str, ...]
    blocks: tuple[Block, ...]
    fingerprint: str
    widths: tuple[int, ...] = ()
