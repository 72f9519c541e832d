"""The one answer that the most questions have: what needs no reading."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _answers
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset


@dataclass(frozen=True)
class MostFrequentAnswer:
    """Gives every question the answer that the most training questions have, if only in form.

    Where many questions have none, as in SQuAD 2.0, that is "no answer"; where all have one it is
    hardly ever right.

    Example:
        >>> import numpy as np
        >>> rows = np.empty(2, object)
        >>> rows[:] = [("Who?", "Ann did."), ("Why?", "Ann did.")]
        >>> train = Dataset("text_pair", np.array(["1", "2"]), rows, np.array([0, 1]), rows)
        >>> labels = np.empty(2, object)
        >>> labels[:] = [[{"text": "Ann", "start": 0}], []]
        >>> fitted = MostFrequentAnswer().fit(train, labels, num_classes=2, seed=0)
        >>> [answer["text"] for answer in fitted(train)]
        ['Ann', 'Ann']
    """

    modalities = ("text_pair",)
    kinds = ("spans",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Counts the answers of the training part; see `contracts.baseline`."""
        counts = Counter(golds[0]["text"] if golds else "" for golds in labels)
        # Of equally frequent ones the first in the alphabet, and an answer before none.
        text = min(counts, key=lambda each: (-counts[each], each == "", each))
        return lambda examples: _answers.listed(
            [(text, context.find(text) if text else -1) for _, context in examples.inputs]
        )
