"""A grid of heads: what each of them reads, what it is, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


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


def side_by_side(parts: Sequence[FittedHeads]) -> FittedHeads:
    """Returns columns that were trained in turns, side by side.

    Where one ended early, its last losses are repeated.

    Args:
        parts: What became of the heads of each turn.
    """
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
