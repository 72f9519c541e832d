"""Answers for words, one after the other, as answers for texts."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset


def by_word(examples: Dataset, logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Returns `(texts, longest, tags)` float32 logits, 0 where a text is shorter.

    Args:
        examples: Texts in words.
        logits: `(words, tags)` of all words of all texts in order; one row counts for each.

    Example:
        >>> rows = np.empty(2, object)
        >>> rows[:] = [("a", "b"), ("c",)]
        >>> texts = Dataset("words", np.array(["1", "2"]), rows, rows, rows)
        >>> by_word(texts, np.array([[1.0], [2.0], [3.0]]))[..., 0].tolist()
        [[1.0, 2.0], [3.0, 0.0]]
    """
    lengths = np.array([len(words) for words in examples.inputs], np.int64)
    found = np.zeros((len(lengths), lengths.max(initial=0), logits.shape[1]), "float32")
    there = np.arange(found.shape[1]) < lengths[:, None]
    found[there] = logits
    return found
