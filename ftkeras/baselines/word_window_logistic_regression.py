"""How a word and its neighbours are written, with logistic regression: what a tagger must beat."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from ftkeras.baselines._by_word import by_word
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 5_000
"""Of more training examples some are taken: all would take longer than the model does."""

_CANDIDATES = (0.1, 1.0, 10.0)
_HELD_OUT = 5
_WINDOW = 2
_ENDINGS = (1, 2, 3, 4)
_MAX_ITERATIONS = 200
_TOLERANCE = 1e-3
_FEWEST = 2


@dataclass(frozen=True)
class WordWindowLogisticRegression:
    """Fits logistic regression on how a word and the two on each side of it are written.

    Of each: the word in lower case and its shape (`XxXx-d` of `McDonald-12`); of the word itself
    also its first and last one to four characters and whether it begins or ends the text. Features
    of one training word only are left out. The L2 penalty is chosen on a fifth of the training
    texts. No tag knows of the one before it.

    Example:
        >>> rows = np.empty(20, object)
        >>> rows[:] = [("in", "Bern" if i % 2 else "spring") for i in range(20)]
        >>> train = Dataset("words", np.arange(20).astype(str), rows, rows, rows)
        >>> tags = np.array([[0, i % 2] for i in range(20)])
        >>> answer = WordWindowLogisticRegression().fit(train, tags, num_classes=2, seed=0)
        >>> answer(train).argmax(axis=-1)[:2].tolist()
        [[0, 0], [0, 1]]

    References:
        Tjong Kim Sang and De Meulder, 2003, CoNLL, section 3.2 (what the systems there looked at).
    """

    modalities = ("words",)
    kinds = ("tags",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        texts = [list(words) for words in train.inputs]
        given = [row[: len(words)] for row, words in zip(labels, texts, strict=True)]
        generator = np.random.default_rng(seed)
        with threadpool_limits(limits=1):  # sums keep one order on every machine
            strength = _chosen_strength(texts, given, generator.permutation(len(texts)))
            model = _Tagger(texts, given, strength)

        def answer(examples: Dataset) -> NDArray[np.float32]:
            with threadpool_limits(limits=1):
                return by_word(examples, model.log_shares(examples.inputs.tolist(), num_classes))

        return answer


class _Tagger:
    def __init__(
        self, texts: Sequence[Sequence[str]], tags: Sequence[NDArray[Any]], strength: float
    ) -> None:
        self._vectorizer = DictVectorizer(dtype=np.float32)
        rows = [features for words in texts for features in _features(words)]
        counts = Counter(
            name for row in rows for name in set(row)
        )  # of a short word it stands twice
        kept = [{n: 1.0 for n in row if counts[n] >= _FEWEST} for row in rows]
        encoded = self._vectorizer.fit_transform(kept)
        joined = np.concatenate(tags)
        self._words = len(joined)
        self._only = int(joined[0]) if (joined == joined[0]).all() else None
        self._model = LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS, tol=_TOLERANCE)
        with warnings.catch_warnings():
            # Nearly there is enough: of 200 steps the last change no tag in a thousand.
            warnings.simplefilter("ignore", ConvergenceWarning)
            if self._only is None:
                self._model.fit(encoded, joined)

    def log_shares(self, texts: Sequence[Sequence[str]], num_classes: int) -> NDArray[np.float64]:
        """Returns `(words, tags)`; a tag of no training word is as likely as half a word there."""
        rows = [dict.fromkeys(f, 1.0) for words in texts for f in _features(words)]
        found = np.full((len(rows), num_classes), np.log(0.5 / self._words))
        if self._only is not None:
            found[:, self._only] = 0.0
        elif rows:
            found[:, self._model.classes_] = self._model.predict_log_proba(
                self._vectorizer.transform(rows)
            )
        return np.asarray(found - logsumexp(found, axis=1, keepdims=True))


def _chosen_strength(
    texts: Sequence[Sequence[str]], tags: Sequence[NDArray[Any]], order: NDArray[np.int64]
) -> float:
    """The inverse strength of the penalty with the least log loss on a fifth of the texts."""
    cut = len(order) // _HELD_OUT
    if not cut:
        return 1.0
    held, rest = order[:cut], order[cut:]
    true = np.concatenate([tags[row] for row in held])
    losses = []
    for strength in _CANDIDATES:
        model = _Tagger([texts[row] for row in rest], [tags[row] for row in rest], strength)
        shares = model.log_shares([texts[row] for row in held], int(max(map(max, tags))) + 1)
        losses.append(-shares[np.arange(len(true)), true].sum())
    return _CANDIDATES[int(np.argmin(losses))]


def _features(words: Sequence[str]) -> Iterator[list[str]]:
    """Yields what is known of each word of a text and of its neighbours."""
    shapes = [_shape(word) for word in words]
    lower = [word.lower() for word in words]
    for place, word in enumerate(words):
        found = [
            name for name, so in (("first", not place), ("last", place == len(words) - 1)) if so
        ]
        for offset in range(-_WINDOW, _WINDOW + 1):
            at = place + offset
            if 0 <= at < len(words):
                found += [f"{offset}w={lower[at]}", f"{offset}s={shapes[at]}"]
        for size in _ENDINGS:
            found += [f"<{word[:size]}", f">{word[-size:]}"]
        yield found


def _shape(word: str) -> str:
    """`XxXx-d` for `McDonald-12`: runs of capitals, small letters and digits, and signs as such."""
    kinds = ("d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c
             for c in word)  # fmt: skip
    return "".join(kind for kind, _ in groupby(kinds))
