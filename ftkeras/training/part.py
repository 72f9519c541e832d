"""A part of a split, as training takes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.training.reduced_answers import Reduce
from ftkeras.training.views import Augmentations, Relabel


@dataclass(frozen=True)
class Part:
    """One part of a split, ready for training.

    Args:
        ids: Example ids.
        values: Raw inputs.
        labels: `(examples, ...)` encoded labels, as the task's kind has them.
        augment: How a training part is changed in each view; no other part may have it.
        by_position: Whether a label has one value for each position of its input.
        relabel: Row number and what moves a picture -> the label of the moved example, where labels
            belong to places of a picture that augmentations may move.
        reduce: What makes answers of outputs, where outputs of all examples are not to be kept.
        targets: Row numbers -> what a model is fitted to, where that is not the labels but made of
            them, and not to be kept of all examples.
    """

    ids: NDArray[np.str_]
    values: NDArray[np.object_]
    labels: NDArray[Any]
    augment: Augmentations | None = None
    by_position: bool = False
    relabel: Relabel | None = None
    reduce: Reduce | None = None
    targets: Callable[[NDArray[np.integer]], NDArray[Any]] | None = None
