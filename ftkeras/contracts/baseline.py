"""What stands beside the model in every report: a simple way to get the same answers."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset

Answer = Callable[[Dataset], NDArray[np.float32]]
"""Examples -> logits as the task's models give them, of shape `(examples, outputs)`. Classes: the
log-odds of class 1 when there are two, else log-probabilities of all. Labels: the log-odds of each.
Numbers: the numbers. Labels of these examples are not looked at.
"""


class Baseline(Protocol):
    """One file in `baselines/`: built from a call string, fitted on the training part alone."""

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities it can read, one part of an input that has several is enough."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of answers it can give, of `contracts.task.KINDS`."""

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Fits on the training part and returns what answers for other examples.

        Args:
            train: The training part.
            labels: Encoded labels, of the shape that `contracts.task.KINDS` gives them.
            num_classes: Number of classes, labels or targets.
            seed: Seed of whatever is random in it.
        """
