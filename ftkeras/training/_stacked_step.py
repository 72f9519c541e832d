"""The arithmetic of one step of a stack of heads, in tensors of all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from ftkeras.training.stacked_grid import FoldedExamples, Grid

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7  # as in Keras' Adam


def constants(examples: FoldedExamples, grid: Grid) -> list[Any]:
    """Returns everything that stays the same from step to step, as tensors."""
    return tensors(
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


def of_members(parts: Any, fold: Any, at: Any) -> Any:
    """Returns `(orders, members, batch)`: 1 where a row is in the part of a head's fold."""
    places = fold[:, :, None] * parts.shape[1] + at[:, None, :]
    return ops.take(ops.reshape(parts, (-1,)), places, axis=0)


def truth_of(labels: Any, fold: Any, at: Any, logits: Any) -> Any:
    """Returns the labels of a batch in the shape that the loss takes beside these logits."""
    if len(labels.shape) == 3:
        places = fold[:, :, None] * labels.shape[1] + at[:, None, :]
        return ops.take(ops.reshape(labels, (-1, labels.shape[-1])), places, axis=0)
    truth = ops.take(labels, at, axis=0)[:, None]
    if len(labels.shape) == 2:
        return ops.broadcast_to(truth, logits.shape)
    return ops.broadcast_to(truth, logits.shape[:-1])[..., None]


def in_units(
    measured: NDArray[np.float64], examples: FoldedExamples, grid: Grid
) -> NDArray[np.float64]:
    """Returns `(orders, members)` what chooses the epoch."""
    if examples.spread is None:
        return measured
    return np.asarray((np.sqrt(measured) * examples.spread[grid.fold]).mean(axis=-1))


def adam(weight: Any, slope: Any, mean: Any, square: Any, settings: Any) -> tuple[Any, Any, Any]:
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


def kept(best: Any, weights: Any, better: Any) -> list[Any]:
    """Returns the new weights of heads that are better, and the best ones so far of all others."""
    return [
        ops.where(ops.reshape(better, (*better.shape, *[1] * (len(old.shape) - 2))), new, old)
        for old, new in zip(best, weights, strict=True)
    ]


def tensors(arrays: Sequence[Any]) -> list[Any]:
    """Returns arrays as tensors."""
    return [ops.convert_to_tensor(array) for array in arrays]
