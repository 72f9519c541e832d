"""The words around which the words of the question stand closest: reading without understanding."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from ftkeras.baselines import _answers
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.errors import UserError
from ftkeras.scores.counts.answer_values import AnswerValues
from ftkeras.statistics.no_answer_threshold import best_threshold

_WORD = re.compile(r"\w+(?:[-'\u2019.,]\w+)*")
_MOST_FITTED = 2000


@dataclass(frozen=True)
class SlidingWindow:
    """Looks where the rare words of the question stand, and answers with what stands among them.

    Candidates are runs of at most `longest` words of a sentence that are neither stop words nor
    words of the question. The score of one is the sum of `IC(w) = log(1 + 1 / count of w in the
    context)` over the words w of the question that stand in a window of `2 |question|` words around
    it, of every sentence that shares the most of it with the question; of equal ones the first is
    taken. That is Richardson's sliding window with the candidates of Rajpurkar, but for their
    parser, in place of which stand runs of words. Nothing is learnt, but for the share of the
    question below which there is no answer, where there are questions without one.

    Args:
        longest: Words of an answer, at most.

    Raises:
        UserError: `longest` is below 1.

    Example:
        >>> rows = np.empty(1, object)
        >>> rows[:] = [("Where did Ann go?", "Bob lives in Rome. Ann did go to Paris.")]
        >>> train = Dataset("text_pair", np.array(["1"]), rows, np.array([0]), rows)
        >>> SlidingWindow().fit(train, rows, num_classes=1, seed=0)(train).tolist()
        [{'text': 'Paris', 'start': 33}]

    References:
        Richardson et al., 2013, EMNLP, algorithm 1; Rajpurkar et al., 2016, EMNLP, section 5.1.
    """

    longest: int = 5

    modalities = ("text_pair",)
    kinds = ("spans",)

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise UserError(f"Expected `longest` >= 1. Received: longest={self.longest}.")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Chooses when to say that there is no answer; see `contracts.baseline`."""
        threshold = -math.inf
        if num_classes > 1:
            rows = np.random.default_rng(seed).permutation(len(labels))[:_MOST_FITTED]
            threshold = self._threshold(train.inputs[rows], labels[rows])

        def answer(examples: Dataset) -> NDArray[Any]:
            found = [self._best(*pair) for pair in examples.inputs]
            return _answers.listed(
                [(text, start) if share >= threshold else ("", -1) for text, start, share in found]
            )

        return answer

    def _threshold(self, pairs: NDArray[Any], labels: NDArray[Any]) -> float:
        """Returns the share of the question from which on an answer is better than none."""
        values = AnswerValues(no_answer=True)  # here an empty text says that there is none
        found = [self._best(*pair) for pair in pairs]
        truths = [[gold["text"] for gold in golds] or [""] for golds in labels]
        answered = [
            values.values(t, text)[1] for t, (text, _, _) in zip(truths, found, strict=True)
        ]
        silent = [values.values(truth, "")[1] for truth in truths]
        margins = np.array([-share for _, _, share in found])
        return -best_threshold(margins, np.array(answered), np.array(silent))[0]

    def _best(self, question: str, context: str) -> tuple[str, int, float]:
        """Returns the best candidate, where it begins, and the share of the question around it."""
        asked = {word.lower() for word in _WORD.findall(question)}
        every = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(context)]
        counts = Counter(word for word, _, _ in every)
        weight = {word: math.log1p(1 / counts[word]) for word in asked & set(counts)}
        total = sum(weight.values()) or 1.0
        overlap = np.array([weight.get(word, 0.0) for word, _, _ in every])
        best = ("", -1, -1.0)
        for first, last in self._candidates(context, every, asked, weight):
            around = slice(max(0, first - len(asked)), last + 1 + len(asked))
            near = {every[k][0] for k in range(*around.indices(len(every))) if overlap[k]}
            share = sum(weight[word] for word in near) / total
            if share > best[2] + 1e-12:
                begin, end = every[first][1], every[last][2]
                best = (context[begin:end], begin, share)
        return best

    def _candidates(
        self,
        context: str,
        every: Sequence[tuple[str, int, int]],
        asked: set[str],
        weight: dict[str, float],
    ) -> list[tuple[int, int]]:
        """Returns first and last word of each candidate, of the sentences nearest the question."""
        found: list[tuple[float, list[tuple[int, int]]]] = []
        k = 0
        for sentence, start in _answers.sentences(context):
            inside = []
            while k < len(every) and every[k][1] < start + len(sentence):
                inside.append(k)
                k += 1
            shared = sum(weight.get(word, 0.0) for word in {every[i][0] for i in inside})
            runs: list[list[int]] = [[]]
            for i in inside:
                word, begin, _ = every[i]
                adjoins = runs[-1] and not context[every[i - 1][2] : begin].strip()
                if word in asked or word in ENGLISH_STOP_WORDS:
                    runs.append([])
                elif adjoins and len(runs[-1]) < self.longest:
                    runs[-1].append(i)
                else:
                    runs.append([i])
            found.append((shared, [(run[0], run[-1]) for run in runs if run]))
        most = max((shared for shared, runs in found if runs), default=0.0)
        return [run for shared, runs in found if shared >= most - 1e-12 for run in runs]
