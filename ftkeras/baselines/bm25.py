"""How many rare words a document shares with the query: what deep rankers must beat."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.errors import UserError

_WORD = r"(?u)\b\w+\b"  # scikit-learn's own leaves out words of one letter


@dataclass(frozen=True)
class Bm25:
    """Okapi BM25: `sum_t idf_t (k + 1) tf_t / (tf_t + k (1 - b + b length / mean length))`.

    The sum goes over the distinct words t of the query, tf counts them in the document, and
    `idf_t = log(1 + (N - n_t + 1/2) / (n_t + 1/2))` for a word in n_t of N training documents.
    Nothing is learnt from relevances.

    Args:
        k: How soon a further mention of a word stops to count, > 0.
        b: How much long documents are held back, in [0, 1].

    Example:
        >>> rows = np.empty(1, object)
        >>> rows[0] = (("blue sea", "the sky is grey"), ("blue sea", "a blue sky"))
        >>> train = Dataset("text_pair_list", np.array(["a"]), rows, np.array([0]), rows)
        >>> Bm25().fit(train, np.zeros((1, 2)), 1, seed=0)(train).argmax(axis=1).tolist()
        [1]

    References:
        Robertson and Zaragoza, 2009, Foundations and Trends in Information Retrieval 3.
    """

    k: float = 1.2
    b: float = 0.75

    modalities = ("text_pair_list",)
    kinds = ("relevances",)

    def __post_init__(self) -> None:
        if not self.k > 0 or not 0 <= self.b <= 1:
            raise UserError(
                f"Expected `k` > 0 and `b` in [0, 1]. Received: k={self.k}, b={self.b}."
            )

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Counts the words of the training documents; see `contracts.baseline`."""
        words = CountVectorizer(token_pattern=_WORD)
        documents = list({document for row in train.inputs for _, document in row})
        counts = words.fit_transform(documents)
        found = np.asarray((counts > 0).sum(axis=0)).ravel()
        idf = np.log1p((len(documents) - found + 0.5) / (found + 0.5))
        mean_length = max(float(counts.sum() / len(documents)), 1.0)

        def answer(examples: Dataset) -> NDArray[np.float32]:
            pairs = [pair for row in examples.inputs for pair in row]
            queries = (words.transform([query for query, _ in pairs]) > 0).astype("float64")
            told = words.transform([document for _, document in pairs]).astype("float64").tocsr()
            lengths = np.asarray(told.sum(axis=1)).ravel()
            held_back = self.k * (1 - self.b + self.b * lengths / mean_length)
            each = np.repeat(held_back, np.diff(told.indptr))
            told.data = (self.k + 1) * told.data / (told.data + each)
            scores = np.asarray(queries.multiply(told).dot(idf)).ravel()
            return _lists(scores, [len(row) for row in examples.inputs])

        return answer


def _lists(scores: NDArray[np.float64], lengths: list[int]) -> NDArray[np.float32]:
    lists = np.zeros((len(lengths), max(lengths, default=0)), "float32")
    lists[np.arange(lists.shape[1]) < np.array(lengths)[:, None]] = scores
    return lists
