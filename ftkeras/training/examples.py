"""Labelled examples that a batch can be cut from: cached features, or raw inputs to encode."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.balance import Balanced
from ftkeras.training import encoding
from ftkeras.training.encoding import Rows
from ftkeras.training.feature_rows import FeatureRows
from ftkeras.training.padding import Padding


@dataclass(frozen=True)
class Examples:
    """Examples by row number.

    Args:
        take: Row numbers -> the model's input for these rows.
        labels: `(examples,)` class indices, or what else there is one of for each example.
        lengths: `(examples,)` lengths to sort by, so that a batch pads little; `None` when all
            examples have one shape.
        features: The array that `take` takes from, when there is one in memory: batches can then
            be cut without leaving the graph.
        weights: `(examples,)` how much each counts in the loss; `None` counts all alike.
        ragged: Names of the inputs whose second axis is the length; `None` when it is that of all.
        views: How many views there are of each example, of which an epoch takes one; 0 makes new
            ones without end. View `v` of row `r` has the row number `r + v len(examples)`.
        answers: Row numbers of views -> what a model is fitted to, where `labels` are not that: of
            views that have labels of their own, or where it is made of the labels batch by batch.
        by_position: Whether a label has one value for each position of the input, -1 where there
            is none: batches then cut labels to the length that their inputs are padded to.
        padding: Counts how much of the batches cut from them was padding.
    """

    take: Callable[[NDArray[np.integer]], Any]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64] | None = None
    features: NDArray[np.float32] | None = None
    weights: NDArray[np.float32] | None = None
    ragged: tuple[str, ...] | None = None
    views: int = 1
    answers: Callable[[NDArray[np.integer]], NDArray[Any]] | None = None
    by_position: bool = False
    padding: Padding = field(default_factory=Padding, compare=False)

    def __len__(self) -> int:
        return len(self.labels)

    def seen(self, rows: NDArray[np.int64], epoch: int) -> NDArray[np.int64]:
        """Returns the row numbers of the views that an epoch takes of these rows.

        Over as many epochs as there are views, each view is taken once.
        """
        if self.views == 1:
            return rows
        view = (epoch + rows) % self.views if self.views else epoch
        return rows + view * len(self)

    def labels_of(self, rows: NDArray[np.integer]) -> NDArray[Any]:
        """Returns the labels of views by row number."""
        return self.labels[rows % len(self)] if self.answers is None else self.answers(rows)

    def batch(self, rows: NDArray[np.integer]) -> tuple[Any, NDArray[Any]]:
        """Returns the inputs and labels of views, as one batch."""
        inputs, labels = self.take(rows), self.labels_of(rows)
        if self.by_position:
            labels = of_width(labels, self.width_of(inputs) or _positions(inputs, labels))
        return inputs, labels

    def width_of(self, inputs: Any) -> int | None:
        """Returns the length that a batch is padded to; `None` if its inputs have no length."""
        if self.lengths is None:
            return None
        named = inputs if isinstance(inputs, dict) else {"": inputs}
        widths = [
            array.shape[1]
            for name, array in named.items()
            if array.ndim > 1 and (self.ragged is None or not name or name in self.ragged)
        ]
        return max(widths, default=None)

    def weights_of(self, rows: NDArray[np.integer]) -> NDArray[np.float32] | None:
        """Returns how much views count in the loss, by row number; `None` counts all alike."""
        return None if self.weights is None else self.weights[rows % len(self)]

    def balanced(self, balanced: Balanced) -> "Examples":
        """Returns the examples that a balance rule chose, as often and as weighty as it says."""
        rows = balanced.rows

        def origin(chosen: NDArray[np.integer]) -> NDArray[np.int64]:
            return rows[chosen % len(rows)] + chosen // len(rows) * len(self)

        every = np.arange(len(rows) * max(1, self.views))
        return Examples(
            take=lambda chosen: self.take(origin(chosen)),
            labels=self.labels[rows],
            lengths=None if self.lengths is None else self.lengths[rows],
            features=None if self.features is None else self.features[origin(every)],
            weights=None if (balanced.weights == 1).all() else balanced.weights,
            ragged=self.ragged,
            views=self.views,
            answers=None if self.answers is None else lambda chosen: self.labels_of(origin(chosen)),
            by_position=self.by_position,
            padding=self.padding,
        )


def from_features(
    features: NDArray[np.float32] | FeatureRows, labels: NDArray[np.int64]
) -> Examples:
    """Examples whose features are known: the input of the head alone."""
    in_memory = None if isinstance(features, FeatureRows) else features
    return Examples(take=lambda rows: features[rows], labels=labels, features=in_memory)


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
        return single(encoded.take(rows, longest))

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


def _positions(inputs: Any, labels: NDArray[Any]) -> int:
    """Positions of inputs that all have one length."""
    mask = inputs.get("padding_mask") if isinstance(inputs, dict) else None
    return int((labels if mask is None else mask).shape[1])


def of_width(values: NDArray[Any], width: int, padding: float = -1) -> NDArray[Any]:
    """Returns `(examples, width, ...)`: values cut, or padded, along their second axis.

    Args:
        values: `(examples, positions, ...)`.
        width: Positions there should be.
        padding: What stands where nothing is.

    Example:
        >>> of_width(np.array([[2, 0]]), 3).tolist(), of_width(np.array([[2, -1]]), 1).tolist()
        ([[2, 0, -1]], [[2]])
    """
    fitted = np.full((len(values), width, *values.shape[2:]), padding, values.dtype)
    kept = min(width, values.shape[1])
    fitted[:, :kept] = values[:, :kept]
    return fitted


def single(arrays: dict[str, NDArray[Any]]) -> Any:
    """Returns the only array itself, as a model with one unnamed input takes it; else all."""
    return next(iter(arrays.values())) if len(arrays) == 1 else arrays
