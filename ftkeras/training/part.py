"""A part of a split, as training takes it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.training.views import Augmentations


@dataclass(frozen=True)
class Part:
    """One part of a split, ready for training.

    Args:
        ids: Example ids.
        values: Raw inputs.
        labels: `(examples, ...)` encoded labels, as the task's kind has them.
        augment: How a training part is changed in each view; no other part may have it.
        by_position: Whether a label has one value for each position of its input.
    """

    ids: NDArray[np.str_]
    values: NDArray[np.object_]
    labels: NDArray[Any]
    augment: Augmentations | None = None
    by_position: bool = False
