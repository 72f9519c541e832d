"""Hundreds of heads on the same cached features, trained together as one.

Folds, seeds and settings are the columns and rows of a grid of heads. One step reads one batch of
features; a head counts only those examples of it that are in its own training part. What a head
becomes is what it would have become alone on these batches: nothing is shared but the features.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from ftkeras import call_string
from ftkeras.training._compiled import compiled, gradient
from ftkeras.training.stacked_batches import StackedBatches
from ftkeras.training.stacked_layers import StackedLayers

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7  # as in Keras' Adam
# Weights of all heads with their two moments and the best ones so far.
_MOST_BYTES = 1 << 30
_MOST_ACTIVATIONS = 1 << 24
OPTIMIZERS = ("adam", "adamw")
"""The optimizers of a stack; in Keras they differ by name only."""


@dataclass(frozen=True)
class FoldedExamples:
    """Features and labels of all examples, and what each fold may use of them.

    Args:
        features: `(examples, ...)` cached features.
        labels: `(examples,)` class indices; `(examples, labels)` of 0 and 1; or, for numbers,
            `(folds, examples, targets)`: standardised by mean and deviation of each fold's training
            part.
        train: `(folds, examples)` true where weights are fitted on an example.
        validation: `(folds, examples)` true where the epoch is chosen on it.
        spread: `(folds, targets)` the standard deviations, for numbers.
    """

    features: NDArray[np.float32]
    labels: NDArray[Any]
    train: NDArray[np.bool_]
    validation: NDArray[np.bool_]
    spread: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.features)

    def __post_init__(self) -> None:
        if (self.train & self.validation).any():
            raise ValueError(
                "Expected no example in train and validation of one fold. Received: "
                f"{int((self.train & self.validation).sum())} of them."
            )


@dataclass(frozen=True)
class Grid:
    """What each head of the grid is: all arrays are `(orders, members)`.

    Args:
        orders: A seed for each row: data order and dropout.
        fold: The fold of `FoldedExamples` that a head trains on.
        start: Which of the given initialisations it starts from.
        learning_rate: Its learning rate.
        weight_decay: Its decoupled weight decay.
    """

    orders: tuple[int, ...]
    fold: NDArray[np.int64]
    start: NDArray[np.int64]
    learning_rate: NDArray[np.float64]
    weight_decay: NDArray[np.float64]

    def columns(self, columns: slice) -> "Grid":
        """Returns the grid of some columns."""
        return Grid(
            self.orders,
            self.fold[:, columns],
            self.start[:, columns],
            self.learning_rate[:, columns],
            self.weight_decay[:, columns],
        )


@dataclass(frozen=True)
class FittedHeads:
    """What became of every head.

    Args:
        weights: One array `(orders, members, ...)` a weight: those of each head's best epoch.
        best_epoch: `(orders, members)` counted from 1; 0 where no epoch gave a finite loss.
        best_loss: `(orders, members)` validation loss of that epoch; infinite where there is none.
        loss: `(epochs, orders, members)` training loss, a mean over the moving weights.
        validation_loss: `(epochs, orders, members)`.
    """

    weights: list[NDArray[np.float32]]
    best_epoch: NDArray[np.int64]
    best_loss: NDArray[np.float64]
    loss: NDArray[np.float64]
    validation_loss: NDArray[np.float64]


class StackedHeads:
    """Trains a grid of heads with Adam(W), each as if it were alone.

    For each head: the loss of a step is the mean over those examples of the batch that are in its
    training part; without any, it makes no step. After each epoch its validation loss is measured
    (of numbers the root mean squared error in their units, averaged over targets), and the weights
    of the best epoch are kept. A head that had no better epoch for `patience`
    epochs is done, and training ends when all are.

    Args:
        head: The head's graph, from features to logits; its weights are not used.
        loss: A Keras loss on logits as a call string; `MeanSquaredError` for numbers.
        epochs: Passes over the examples, at most.
        batch_size: Training examples a head sees a step, on average.
        patience: Epochs without a better validation loss; `None` never stops early.

    Raises:
        ValueError: The head holds a layer that cannot be stacked.
    """

    def __init__(
        self,
        head: keras.Model,
        loss: str,
        *,
        epochs: int,
        batch_size: int,
        patience: int | None = None,
    ) -> None:
        self.layers = StackedLayers(head)
        call = call_string.parse(loss)
        self._loss = getattr(keras.losses, call.name)(**{**call.arguments, "reduction": None})
        self._epochs, self._batch_size, self._patience = epochs, batch_size, patience
        self._train = compiled(self._epoch)
        self._measure = compiled(self._validation_sums)
        self._keep = compiled(_kept)
        self._forward = compiled(self._logits)

    def fit(
        self,
        examples: FoldedExamples,
        grid: Grid,
        starts: Sequence[list[NDArray[np.float32]]],
        progress: Callable[[int, int, str], None] | None = None,
    ) -> FittedHeads:
        """Trains every head of the grid; where they are too many for the memory, in turns.

        Args:
            examples: All examples and the folds.
            grid: What each head is.
            starts: The weights of each initialisation, as `head.get_weights()` gives them.
            progress: Called with (done, total, note) after each epoch.
        """
        bytes_each = 16 * self.layers.parameters * len(grid.orders)
        fitting = max(1, _MOST_BYTES // bytes_each)
        turns = -(-grid.fold.shape[1] // fitting)
        found = []
        for turn in range(turns):

            def told(done: int, note: str, turn: int = turn) -> None:
                if progress is not None:
                    progress(turn * self._epochs + done, turns * self._epochs, note)

            columns = slice(turn * fitting, (turn + 1) * fitting)
            found.append(self._fit(examples, grid.columns(columns), starts, told))
        return found[0] if turns == 1 else _joined(found)

    def logits(
        self, weights: list[NDArray[np.float32]], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Returns `(orders, members, examples, outputs)` logits of every head for all examples."""
        width = self._chunk(weights, features)
        parts = []
        for first in range(0, len(features), width):
            rows = np.arange(first, first + width) % len(features)
            made = self._forward(_tensors(weights), ops.convert_to_tensor(features[rows]))
            parts.append(np.asarray(made)[:, :, : len(features) - first])
        return np.concatenate(parts, axis=2)

    def _fit(
        self,
        examples: FoldedExamples,
        grid: Grid,
        starts: Sequence[list[NDArray[np.float32]]],
        told: Callable[[int, str], None],
    ) -> FittedHeads:
        batches = StackedBatches(
            len(examples), float(examples.train.mean()), self._batch_size, grid.orders
        )
        first = self.layers.stacked(starts, grid.start)
        weights = _tensors(first)
        zeros = [ops.zeros_like(weight) for weight in weights]
        state = (weights, zeros, zeros, ops.zeros(grid.fold.shape, "float32"))
        data = _Data(examples, grid)
        chunks = self._chunks(first, examples)
        best = weights
        best_loss = np.full(grid.fold.shape, np.inf)
        best_epoch = np.zeros(grid.fold.shape, "int64")
        losses, measured = [], []
        for epoch in range(self._epochs):
            rows, filled = batches.rows(epoch)
            masks = batches.masks(epoch, self.layers.dropouts)
            *state, sums, seen = self._train(
                tuple(state), data.tensors, _tensors([rows, filled, *masks])
            )
            losses.append(np.asarray(sums, "float64") / np.asarray(seen))
            sums = np.asarray(self._measure(state[0], data.tensors, *chunks), "float64")
            measured.append(_in_units(sums, examples, grid))
            active = epoch - best_epoch < (self._patience or self._epochs)
            better = active & (measured[-1] < best_loss)
            best = self._keep(best, state[0], ops.convert_to_tensor(better))
            best_loss = np.where(better, measured[-1], best_loss)
            best_epoch = np.where(better, epoch + 1, best_epoch)
            still = epoch + 1 - best_epoch < (self._patience or self._epochs)
            told(epoch + 1, f"{int(still.sum())} of {still.size} heads")
            if not still.any():
                told(self._epochs, "")
                break
        return FittedHeads(
            [np.asarray(weight) for weight in best],
            best_epoch,
            best_loss,
            np.array(losses),
            np.array(measured),
        )

    def _chunk(self, weights: Sequence[Any], features: NDArray[np.float32]) -> int:
        """Rows whose activations of all heads fit well into memory."""
        heads = weights[0].shape[0] * weights[0].shape[1]
        widest = max(weight.shape[-1] for weight in weights)
        return int(min(len(features), max(1, _MOST_ACTIVATIONS // (heads * widest))))

    def _chunks(self, weights: Sequence[Any], examples: FoldedExamples) -> list[Any]:
        width = self._chunk(weights, examples.features)
        count = -(-len(examples) // width)
        places = np.arange(count * width)
        filled = (places < len(examples)).reshape(count, width)
        rows = (places % len(examples)).reshape(count, width)
        return _tensors([rows.astype("int32"), filled])

    def _epoch(self, state: Any, data: Any, batches: Any) -> Any:
        """One pass over the batches; returns the new state, summed losses and examples seen."""
        features, labels, train, _, fold, rates, decays = data
        rows, filled, *masks = batches
        nothing = ops.zeros(fold.shape, "float32")

        def step(index: Any, carried: Any) -> Any:
            weights, means, squares, steps, sums, seen = carried
            at = rows[index]
            counts = _of_members(train, fold, at) * ops.cast(filled[index], "float32")
            total = ops.sum(counts, axis=-1)

            def objective(weights: Any) -> tuple[Any, Any]:
                inputs = ops.take(features, at, axis=0)[:, None]
                logits = self.layers(weights, inputs, [mask[index] for mask in masks])
                truth = _truth(labels, fold, at, logits)
                losses = ops.sum(counts * self._loss(truth, logits), axis=-1)
                return ops.sum(losses / ops.maximum(total, 1.0)), losses

            gradients, losses = gradient(objective)(weights)
            moving = total > 0
            steps = steps + ops.cast(moving, "float32")
            settings = [
                (steps, moving, rates, decays if decayed else nothing)
                for decayed in self.layers.decayed
            ]
            moved = map(_adam, weights, gradients, means, squares, settings)
            new = [list(tensors) for tensors in zip(*moved, strict=True)]
            return (*new, steps, sums + losses, seen + total)

        carried = (*state, nothing, nothing)
        return ops.fori_loop(0, rows.shape[0], step, carried)

    def _validation_sums(self, weights: Any, data: Any, rows: Any, filled: Any) -> Any:
        """Returns `(orders, members)` mean losses over each head's validation part.

        Of numbers `(orders, members, targets)`: mean squared errors of each.
        """
        features, labels, _, validation, fold, _, _ = data
        nothing = ops.zeros(fold.shape, "float32")
        several = len(labels.shape) == 3
        start = ops.zeros((*fold.shape, labels.shape[-1]), "float32") if several else nothing

        def step(index: Any, carried: Any) -> Any:
            sums, seen = carried
            at = ops.broadcast_to(rows[index][None], (fold.shape[0], rows.shape[1]))
            counts = _of_members(validation, fold, at) * ops.cast(filled[index], "float32")
            logits = self.layers(weights, ops.take(features, rows[index], axis=0)[None, None])
            truth = _truth(labels, fold, at, logits)
            if several:
                losses = ops.sum(counts[..., None] * ops.square(truth - logits), axis=-2)
            else:
                losses = ops.sum(counts * self._loss(truth, logits), axis=-1)
            return sums + losses, seen + ops.sum(counts, axis=-1)

        sums, seen = ops.fori_loop(0, rows.shape[0], step, (start, nothing))
        return sums / (seen[..., None] if several else seen)

    def _logits(self, weights: Any, features: Any) -> Any:
        return self.layers(weights, features[None, None])


class _Data:
    """Everything that stays the same from step to step, as tensors."""

    def __init__(self, examples: FoldedExamples, grid: Grid) -> None:
        self.tensors = _tensors(
            [
                examples.features,
                examples.labels.astype("int32" if examples.labels.ndim == 1 else "float32"),
                examples.train.astype("float32"),
                examples.validation.astype("float32"),
                grid.fold.astype("int32"),
                grid.learning_rate.astype("float32"),
                grid.weight_decay.astype("float32"),
            ]
        )


def _of_members(parts: Any, fold: Any, at: Any) -> Any:
    """Returns `(orders, members, batch)`: 1 where a row is in the part of a head's fold."""
    places = fold[:, :, None] * parts.shape[1] + at[:, None, :]
    return ops.take(ops.reshape(parts, (-1,)), places, axis=0)


def _truth(labels: Any, fold: Any, at: Any, logits: Any) -> Any:
    """Returns the labels of a batch in the shape that the loss takes beside these logits."""
    if len(labels.shape) == 3:
        places = fold[:, :, None] * labels.shape[1] + at[:, None, :]
        return ops.take(ops.reshape(labels, (-1, labels.shape[-1])), places, axis=0)
    truth = ops.take(labels, at, axis=0)[:, None]
    if len(labels.shape) == 2:
        return ops.broadcast_to(truth, logits.shape)
    return ops.broadcast_to(truth, logits.shape[:-1])[..., None]


def _in_units(
    measured: NDArray[np.float64], examples: FoldedExamples, grid: Grid
) -> NDArray[np.float64]:
    """Returns `(orders, members)` what chooses the epoch."""
    if examples.spread is None:
        return measured
    return np.asarray((np.sqrt(measured) * examples.spread[grid.fold]).mean(axis=-1))


def _adam(weight: Any, slope: Any, mean: Any, square: Any, settings: Any) -> tuple[Any, Any, Any]:
    """One step of Keras' AdamW with a learning rate, a decay and a step number for each head."""
    steps, moving, rates, decays = (
        ops.reshape(values, (*values.shape, *[1] * (len(weight.shape) - 2))) for values in settings
    )
    new_mean = mean + (slope - mean) * (1 - _BETA_1)
    new_square = square + (slope * slope - square) * (1 - _BETA_2)
    # A head that has not moved yet is at step 0, where the correction would divide by 0.
    at = ops.maximum(steps, 1.0)
    corrected = rates * ops.sqrt(1 - ops.power(_BETA_2, at)) / (1 - ops.power(_BETA_1, at))
    decayed = weight - weight * decays * rates
    moved = decayed - new_mean * corrected / (ops.sqrt(new_square) + _EPSILON)
    return (
        ops.where(moving, moved, weight),
        ops.where(moving, new_mean, mean),
        ops.where(moving, new_square, square),
    )


def _kept(best: Any, weights: Any, better: Any) -> list[Any]:
    return [
        ops.where(ops.reshape(better, (*better.shape, *[1] * (len(old.shape) - 2))), new, old)
        for old, new in zip(best, weights, strict=True)
    ]


def _tensors(arrays: Sequence[Any]) -> list[Any]:
    return [ops.convert_to_tensor(array) for array in arrays]


def _joined(parts: Sequence[FittedHeads]) -> FittedHeads:
    """Puts columns trained in turns side by side; the last loss of an early end is repeated."""
    epochs = max(len(part.loss) for part in parts)

    def longest(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([values, np.repeat(values[-1:], epochs - len(values), axis=0)])

    return FittedHeads(
        [np.concatenate(w, axis=1) for w in zip(*(part.weights for part in parts), strict=True)],
        np.concatenate([part.best_epoch for part in parts], axis=1),
        np.concatenate([part.best_loss for part in parts], axis=1),
        np.concatenate([longest(part.loss) for part in parts], axis=2),
        np.concatenate([longest(part.validation_loss) for part in parts], axis=2),
    )
