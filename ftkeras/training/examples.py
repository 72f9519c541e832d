"""Labelled examples that a batch can be cut from: cached features, or raw inputs to encode."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.balance import Balanced
from ftkeras.training import encoding
from ftkeras.training.encoding import Rows


@dataclass(frozen=True)
class Examples:
    """Examples by row number.

    Args:
        take: Row numbers -> the model's input for these rows.
        labels: `(examples,)` class indices.
        lengths: `(examples,)` lengths to sort by, so that a batch pads little; `None` when all
            examples have one shape.
        features: The array that `take` takes from, when there is one in memory: batches can then
            be cut without leaving the graph.
        weights: `(examples,)` how much each counts in the loss; `None` counts all alike.
        ragged: Names of the inputs whose second axis is the length; `None` when it is that of all.
    """

    take: Callable[[NDArray[np.integer]], Any]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64] | None = None
    features: NDArray[np.float32] | None = None
    weights: NDArray[np.float32] | None = None
    ragged: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def balanced(self, balanced: Balanced) -> "Examples":
        """Returns the examples that a balance rule chose, as often and as weighty as it says."""
        rows = balanced.rows
        return Examples(
            take=lambda chosen: self.take(rows[chosen]),
            labels=self.labels[rows],
            lengths=None if self.lengths is None else self.lengths[rows],
            features=None if self.features is None else self.features[rows],
            weights=None if (balanced.weights == 1).all() else balanced.weights,
            ragged=self.ragged,
        )


def from_features(features: NDArray[np.float32], labels: NDArray[np.int64]) -> Examples:
    """Examples whose features are known: the input of the head alone."""
    return Examples(take=lambda rows: features[rows], labels=labels, features=features)


def from_inputs(
    values: Sequence[Any],
    labels: NDArray[np.int64],
    preprocess: Preprocess,
    round_up: Callable[[int], int],
) -> Examples:
    """Examples as raw inputs: the input of the whole model.

    What is small when encoded is encoded once and kept, see `encoding.encode`.

    Args:
        values: Raw inputs.
        labels: Class indices.
        preprocess: The backbone's own preprocessing.
        round_up: True length -> the padded length used for it, one of a small fixed set.
    """
    encoded = encoding.encode(preprocess, values)
    lengths = encoded.lengths

    def take(rows: NDArray[np.integer]) -> Any:
        longest = None if lengths is None else round_up(int(lengths[rows].max()))
        return _single(encoded.take(rows, longest))

    return Examples(take=take, labels=labels, lengths=lengths, ragged=encoded.ragged)


def from_states(
    take_states: Callable[[NDArray[np.integer], int], dict[str, NDArray[Any]]],
    labels: NDArray[np.int64],
    encoded: Rows,
    passed: Sequence[str],
    ragged: Sequence[str],
    round_up: Callable[[int], int],
) -> Examples:
    """Examples as cached hidden states: the input of the upper part of a model.

    Args:
        take_states: Row numbers and padded length -> tensors by name.
        labels: Class indices.
        encoded: Encoded inputs, for those that the upper part takes, too.
        passed: Names of these.
        ragged: Names of the tensors whose second axis is the length.
        round_up: True length -> padded length.
    """
    lengths = encoded.lengths
    fixed = int(encoding.lengths_of(encoded, 1)[0]) if lengths is None else 0

    def take(rows: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        longest = fixed if lengths is None else round_up(int(lengths[rows].max()))
        states = take_states(rows, longest)
        inputs = encoded.take(rows, longest) if passed else {}
        return {**states, **{name: inputs[name] for name in passed}}

    of_inputs = passed if encoded.ragged is None else [x for x in passed if x in encoded.ragged]
    return Examples(take=take, labels=labels, lengths=lengths, ragged=(*ragged, *of_inputs))


def _single(arrays: dict[str, NDArray[Any]]) -> Any:
    """A model with one unnamed input takes the array itself."""
    return next(iter(arrays.values())) if len(arrays) == 1 else arrays
