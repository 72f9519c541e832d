"""What stands beside the model in every report: a simple way to get the same answers."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset

Answer = Callable[[Dataset], NDArray[np.float32]]
"""Examples -> logits as the task's models give them: `(examples, 1)` log-odds of class 1 when
there are two classes, else `(examples, num_classes)` log-probabilities. Labels are not looked at.
"""


class Baseline(Protocol):
    """One file in `baselines/`: built from a call string, fitted on the training part alone."""

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities it can read: of `"text"`, `"image"` and `"features"`."""

    def fit(self, train: Dataset, labels: NDArray[np.int64], num_classes: int, seed: int) -> Answer:
        """Fits on the training part and returns what answers for other examples.

        Args:
            train: The training part.
            labels: `(examples,)` class indices in [0, num_classes).
            num_classes: Number of classes.
            seed: Seed of whatever is random in it.
        """
