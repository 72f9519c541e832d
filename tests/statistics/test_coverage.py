"""Simulations: intervals hold their level, tests their error rate. Slow, seeded, a thousand sets."""

import numpy as np
import pytest

from ftkeras import call_string, catalog
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare

SETS = 1000
NAMES = (
    "accuracy", "recall", "f1_score", "balanced_accuracy", "matthews_correlation",
    "area_under_roc_curve", "average_precision", "log_loss", "brier_score",
)  # fmt: skip


def score(text):
    return catalog.build("scores", call_string.parse(text))


def drawn(rng, size, positive):
    labels = (rng.random(size) < positive).astype(int)
    offset = -0.7 if positive == 0.5 else -2.2
    return labels, (rng.normal(size=size) + 1.5 * labels + offset).astype("float32")


@pytest.mark.slow
@pytest.mark.parametrize("positive", [1 / 2, 1 / 21])
@pytest.mark.parametrize("size", [100, 1000, 10_000])
def test_intervals_cover_the_truth_as_often_as_they_say(size, positive):
    rng = np.random.default_rng(size)
    scores = [score(name) for name in NAMES]
    truth = {one.name: one(*drawn(rng, 2_000_000, positive)) for one in scores}
    covered = {name: [] for name in NAMES}
    for seed in range(SETS):
        for found in measure(scores, *drawn(rng, size, positive), resamples=300, seed=seed):
            if found.low is not None:
                covered[found.score].append(found.low <= truth[found.score] <= found.high)
    shares = {name: round(float(np.mean(each)), 3) for name, each in covered.items()}
    # Five positives among 100 leave steps of a fifth: there an interval may be on the safe side.
    most = 0.99 if size * positive < 10 else 0.975
    assert all(0.925 <= share <= most for share in shares.values()), shares


@pytest.mark.slow
@pytest.mark.parametrize("positive", [1 / 2, 1 / 21])
@pytest.mark.parametrize("name", ["accuracy", "f1_score", "area_under_roc_curve", "log_loss"])
def test_models_that_are_alike_are_told_apart_no_more_often_than_allowed(name, positive):
    rng = np.random.default_rng(7)
    found = []
    for seed in range(SETS):
        labels, shared = drawn(rng, 200, positive)
        if 0 < labels.sum() < 200:
            one, other = (shared + rng.normal(size=200).astype("float32") for _ in range(2))
            result = compare(score(name), labels, one, other, other="b", resamples=400, seed=seed)
            found.append(result.p_value <= 0.05)
    assert np.mean(found) <= 0.06 + 0.007, np.mean(found)
