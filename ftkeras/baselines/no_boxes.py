"""No box at all: right about every picture that holds nothing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset


@dataclass(frozen=True)
class NoBoxes:
    """Detects nothing in any picture; its average precision is 0.

    Example:
        >>> rows = np.array(["a"])
        >>> train = Dataset("image", rows, rows.astype(object), rows, rows.astype(object))
        >>> NoBoxes().fit(train, np.empty(1, object), num_classes=2, seed=0)(train).tolist()
        [{'boxes': [], 'labels': [], 'scores': []}]
    """

    modalities = ("image",)
    kinds = ("boxes",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what answers nothing; see `contracts.baseline`."""

        def answer(examples: Dataset) -> NDArray[Any]:
            found = np.empty(len(examples), object)
            found[:] = [{"boxes": [], "labels": [], "scores": []} for _ in found]
            return found

        return answer
