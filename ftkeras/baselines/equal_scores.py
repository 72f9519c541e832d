"""The same score for every document: no order at all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset


@dataclass(frozen=True)
class EqualScores:
    """Answers 0 for every document of every query.

    Normalized discounted cumulative gain averages over all orders of equal scores, so its value is
    what a random order gets on average. Scores that put equal ones into the worst order (reciprocal
    rank, average precision) say what is certain without any order. A model that is not clearly
    better has learnt nothing.

    Example:
        >>> rows = np.empty(2, object)
        >>> rows[:] = [("a", "b"), ("c",)]
        >>> train = Dataset("text_list", np.array(["1", "2"]), rows, np.zeros(2), rows)
        >>> EqualScores().fit(train, np.zeros((2, 2)), num_classes=1, seed=0)(train).tolist()
        [[0.0, 0.0], [0.0, 0.0]]
    """

    modalities = ("text_list", "text_pair_list")
    kinds = ("relevances",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what gives every document 0; see `contracts.baseline`."""
        return lambda examples: np.zeros(
            (len(examples), max(map(len, examples.inputs), default=0)), "float32"
        )
