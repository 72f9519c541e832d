"""Hundreds of heads on the same cached features, trained together as one.

Folds, seeds and settings are the columns and rows of a grid of heads. One step reads one batch of
features; a head counts only those examples of it that are in its own training part. What a head
becomes is what it would have become alone on these batches: nothing is shared but the features.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from ftkeras import call_string
from ftkeras.training._compiled import compiled, gradient
from ftkeras.training._stacked_step import (
    adam,
    constants,
    in_units,
    kept,
    of_members,
    tensors,
    truth_of,
)
from ftkeras.training.stacked_batches import StackedBatches
from ftkeras.training.stacked_grid import FittedHeads, FoldedExamples, Grid, side_by_side
from ftkeras.training.stacked_layers import StackedLayers

__all__ = ["OPTIMIZERS", "FittedHeads", "FoldedExamples", "Grid", "StackedHeads"]

# Weights of all heads with their two moments and the best ones so far.
_MOST_BYTES = 1 << 30
_MOST_ACTIVATIONS = 1 << 24
OPTIMIZERS = ("adam", "adamw")
"""The optimizers of a stack; in Keras they differ by name only."""


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
        self._keep = compiled(kept)
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
        return found[0] if turns == 1 else side_by_side(found)

    def logits(
        self, weights: list[NDArray[np.float32]], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Returns `(orders, members, examples, outputs)` logits of every head for all examples."""
        width = self._chunk(weights, features)
        parts = []
        for first in range(0, len(features), width):
            rows = np.arange(first, first + width) % len(features)
            made = self._forward(tensors(weights), ops.convert_to_tensor(features[rows]))
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
        weights = tensors(first)
        zeros = [ops.zeros_like(weight) for weight in weights]
        state = (weights, zeros, zeros, ops.zeros(grid.fold.shape, "float32"))
        data = constants(examples, grid)
        chunks = self._chunks(first, examples)
        best = weights
        best_loss = np.full(grid.fold.shape, np.inf)
        best_epoch = np.zeros(grid.fold.shape, "int64")
        losses, measured = [], []
        for epoch in range(self._epochs):
            rows, filled = batches.rows(epoch)
            masks = batches.masks(epoch, self.layers.dropouts)
            *state, sums, seen = self._train(tuple(state), data, tensors([rows, filled, *masks]))
            losses.append(np.asarray(sums, "float64") / np.asarray(seen))
            sums = np.asarray(self._measure(state[0], data, *chunks), "float64")
            measured.append(in_units(sums, examples, grid))
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
        return tensors([rows.astype("int32"), filled])

    def _epoch(self, state: Any, data: Any, batches: Any) -> Any:
        """One pass over the batches; returns the new state, summed losses and examples seen."""
        features, labels, train, _, fold, rates, decays = data
        rows, filled, *masks = batches
        nothing = ops.zeros(fold.shape, "float32")

        def step(index: Any, carried: Any) -> Any:
            weights, means, squares, steps, sums, seen = carried
            at = rows[index]
            counts = of_members(train, fold, at) * ops.cast(filled[index], "float32")
            total = ops.sum(counts, axis=-1)

            def objective(weights: Any) -> tuple[Any, Any]:
                inputs = ops.take(features, at, axis=0)[:, None]
                logits = self.layers(weights, inputs, [mask[index] for mask in masks])
                truth = truth_of(labels, fold, at, logits)
                losses = ops.sum(counts * self._loss(truth, logits), axis=-1)
                return ops.sum(losses / ops.maximum(total, 1.0)), losses

            gradients, losses = gradient(objective)(weights)
            moving = total > 0
            steps = steps + ops.cast(moving, "float32")
            settings = [
                (steps, moving, rates, decays if decayed else nothing)
                for decayed in self.layers.decayed
            ]
            moved = map(adam, weights, gradients, means, squares, settings)
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
            counts = of_members(validation, fold, at) * ops.cast(filled[index], "float32")
            logits = self.layers(weights, ops.take(features, rows[index], axis=0)[None, None])
            truth = truth_of(labels, fold, at, logits)
            if several:
                losses = ops.sum(counts[..., None] * ops.square(truth - logits), axis=-2)
            else:
                losses = ops.sum(counts * self._loss(truth, logits), axis=-1)
            return sums + losses, seen + ops.sum(counts, axis=-1)

        sums, seen = ops.fori_loop(0, rows.shape[0], step, (start, nothing))
        return sums / (seen[..., None] if several else seen)

    def _logits(self, weights: Any, features: Any) -> Any:
        return self.layers(weights, features[None, None])
