"""The same answer for everyone: the frequencies of the training part."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.baselines._by_word import by_word
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset


@dataclass(frozen=True)
class Majority:
    """Answers with the training part's frequencies of classes (or labels), whatever the input.

    Its predicted label is the most frequent class; among constant answers its log loss on the
    training part is the least possible. A model that is not clearly better has learnt nothing.

    Example:
        >>> texts = np.array(["a", "b", "c", "d"], object)
        >>> train = Dataset("text", texts.astype(str), texts, texts.astype(str), texts)
        >>> answer = Majority().fit(train, np.array([1, 1, 1, 0]), num_classes=2, seed=0)
        >>> bool(np.isclose(answer(train)[0, 0], np.log(3)))
        True
    """

    modalities = ("text", "text_pair", "words", "image", "audio", "tabular", "multimodal")
    kinds = ("classes", "labels", "tags")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what gives every example the same row; see `contracts.baseline`.

        A class without training examples counts as half an example, for its logarithm; so does a
        label that holds never, and one that holds always fails to in half an example. Tags are
        classes of words.
        """
        if labels.ndim == 2 and labels.dtype == np.int64:
            tags = np.maximum(np.bincount(labels[labels >= 0], minlength=num_classes), 0.5)
            return lambda examples: by_word(examples, np.log(tags / tags.sum())[None])
        if labels.ndim == 2:
            holds = np.clip(labels.sum(axis=0), 0.5, len(labels) - 0.5)
            odds = np.log(holds / (len(labels) - holds)).astype("float32")
            return lambda examples: np.tile(odds, (len(examples), 1))
        counts = np.maximum(np.bincount(labels, minlength=num_classes), 0.5)
        logs = np.log(counts / counts.sum()).astype("float32")
        row = logs[1:] - logs[:1] if num_classes == 2 else logs
        return lambda examples: np.tile(row, (len(examples), 1))
