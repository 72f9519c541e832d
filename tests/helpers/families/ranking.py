"""Queries with a list of documents each."""

from dataclasses import dataclass

import numpy as np

from tests.helpers.families._family import Case, Family, drawn_weights

LENGTH = 8


@dataclass(frozen=True)
class RankingCase(Case):
    """Lists with what a reference implementation wants to know about them."""

    def mean(self, value, skip=None):
        """The weighted mean over queries of `value(relevances, scores)`, but those to skip."""
        values, weights = [], []
        for row, (relevance, scores) in enumerate(zip(self.y_true, self.predictions, strict=True)):
            weight = 1.0 if self.weights is None else self.weights[row]
            lists = relevance[relevance >= 0], scores[relevance >= 0].astype("float64")
            if weight > 0 and not (skip and skip(lists[0])):
                values.append(value(*lists))
                weights.append(weight)
        return np.average(values, weights=weights) if values else np.nan

    def mean_by_rank(self, value, k, ties, empty, min_relevance):
        """The mean of `value(relevant, k)`, whether each document is relevant, best score first."""
        skip = None if empty == "zero" else lambda found: not (found >= min_relevance).any()
        return self.mean(lambda *lists: value(ordered(*lists, ties, min_relevance), k), skip)


def ordered(relevance, scores, ties="worst", min_relevance=1):
    """Whether each document is relevant, best score first."""
    is_relevant = relevance >= min_relevance
    order = sorted(
        range(len(scores)),
        key=lambda i: (-scores[i], is_relevant[i] if ties == "worst" else 0, i),
    )
    return is_relevant[order]


def case(size=60, seed=0, ties=False, weighted=False, relevances=(0, 0, 0, 1, 2, 3), mixed=False):
    """Makes a case; `mixed` queries have a relevant document and another."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(relevances, (size, LENGTH)).astype("float32")
    lengths = rng.integers(2 if mixed else 1, LENGTH + 1, size)
    if mixed:
        y_true[:, 0], y_true[:, 1] = 0, 2
    scores = rng.normal(size=y_true.shape) + 0.7 * y_true
    scores = (np.round(scores) if ties else scores).astype("float32")
    is_padding = np.arange(LENGTH) >= lengths[:, None]
    y_true = np.where(is_padding, np.float32(-1), y_true)
    return RankingCase(y_true, scores, drawn_weights(rng, size, weighted))


class Ranking(Family):
    inputs = "Ranking"
    is_compiled_together = True
    sizes = {}  # noqa: RUF012 - never written to

    def usual_cases(self):
        return [
            case(),
            case(seed=1, ties=True, size=120),
            case(seed=2, weighted=True),
            case(seed=3, relevances=[0], size=20),
            case(seed=4, relevances=[1], size=20),
            case(seed=5, size=1),
            case(seed=6, ties=True, weighted=True),
        ]

    def one(self, seed=11, size=60, weighted=False):
        return case(seed=seed, size=size, weighted=weighted, mixed=True)

    def perfect(self, one):
        return 60 * one.y_true

    def wrong(self, one):
        return -60 * one.y_true

    def unknown(self, labels):
        is_first = np.arange(LENGTH) == 0
        return [np.where(is_first, bad, labels) for bad in (-2, np.nan, np.inf)]

    def spoiled(self, predictions, bad):
        return np.where(np.arange(LENGTH) == 0, np.float32(bad), predictions)

    def same(self, one, weights):
        shape = (len(one), 3)
        longer = (
            np.concatenate([one.y_true, np.full(shape, -1, "float32")], axis=1),
            np.concatenate([one.predictions, np.full(shape, np.nan, "float32")], axis=1),
        )
        return super().same(one, weights) | {
            "more padding": (*longer, weights),
            "whole relevances": (one.y_true.astype(int), one.predictions, weights),
            "column of scores": (one.y_true, one.predictions[..., None], weights),
        }


FAMILIES = [Ranking()]
