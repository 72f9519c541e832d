"""The tag that a word had most often: no context at all."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.baselines._by_word import by_word
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

_PRIOR = 0.5


@dataclass(frozen=True)
class FrequentTag:
    """Answers each word with the tag it had most often in the training part, as it is written.

    Of a word with counts `n_t` the logits are `log (n_t + p_t / 2)`, p being the frequencies of all
    tags: a new word gets the most frequent tag of all, and of tags that a word had equally often it
    gets the one that is more frequent in all. On English parts of speech it is right for nine words
    of ten. A model that is not clearly better has learnt words and no sentences.

    Example:
        >>> rows, tags = np.empty(2, object), np.array([[0, 1], [1, -1]])
        >>> rows[:] = [("in", "Bern"), ("Bern",)]
        >>> train = Dataset("words", np.array(["1", "2"]), rows, rows, rows)
        >>> FrequentTag().fit(train, tags, num_classes=2, seed=0)(train).argmax(axis=-1).tolist()
        [[0, 1], [1, 0]]

    References:
        Jurafsky and Martin, Speech and Language Processing, 3rd edition, section 17.2.
    """

    modalities = ("words",)
    kinds = ("tags",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what looks words up; see `contracts.baseline`."""
        counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for words, tags in zip(train.inputs, labels, strict=True):
            for word, tag in zip(words, tags.tolist(), strict=False):
                counts[word][tag] += 1
        shares = np.bincount(labels[labels >= 0], minlength=num_classes).astype("float64")
        shares = np.maximum(shares, _PRIOR) / np.maximum(shares, _PRIOR).sum()
        rows = {}
        for word, of_word in counts.items():
            row = _PRIOR * shares
            for tag, count in of_word.items():
                row[tag] += count
            rows[word] = np.log(row)
        new = np.log(_PRIOR * shares)
        return lambda examples: by_word(
            examples, np.array([rows.get(word, new) for words in examples.inputs for word in words])
        )
