"""The whole first sentence of the context: what a reader who does not read would mark."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _answers
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset


@dataclass(frozen=True)
class FirstSentence:
    """Answers every question with the first sentence of its context.

    Nothing is learnt. A sentence ends with a full stop, a question or an exclamation mark before
    white space, with one of those of Chinese, or with a line.

    Example:
        >>> import numpy as np
        >>> rows = np.empty(1, object)
        >>> rows[:] = [("Who left?", "Ann left. Bob did not.")]
        >>> train = Dataset("text_pair", np.array(["1"]), rows, np.array([0]), rows)
        >>> FirstSentence().fit(train, rows, num_classes=1, seed=0)(train).tolist()
        [{'text': 'Ann left.', 'start': 0}]
    """

    modalities = ("text_pair",)
    kinds = ("spans",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what answers with the first sentence; see `contracts.baseline`."""
        return lambda examples: _answers.listed(
            [(_answers.sentences(context) or [("", -1)])[0] for _, context in examples.inputs]
        )
