"""The threshold of "no answer", against the search of SQuAD 2.0's script."""

import math

import numpy as np
import pytest

from ftkeras.statistics.no_answer_threshold import best_threshold


def best_of_the_script(margins, answered, unanswerable):
    """`find_best_thresh` of evaluate-v2.0.py: from "always silent" on, answers are let in."""
    current = best = float(unanswerable.sum())
    for row in np.argsort(margins, kind="stable"):
        current += answered[row] if not unanswerable[row] else -1.0
        best = max(best, current)
    return best / len(margins)


@pytest.mark.parametrize("seed", range(20))
def test_its_score_is_that_of_the_official_script(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 60))
    unanswerable = rng.random(count) < 0.4
    margins = rng.normal(size=count) + unanswerable
    answered = np.where(unanswerable, 0.0, rng.choice([0.0, 0.4, 1.0], count))
    threshold, score = best_threshold(margins, answered, unanswerable.astype(float))
    assert score == pytest.approx(best_of_the_script(margins, answered, unanswerable))
    given = np.where(margins > threshold, unanswerable, answered)
    assert given.mean() == pytest.approx(score)  # the threshold gives what it promises


def test_equal_margins_are_not_told_apart():
    margins, answered = np.array([1.0, 1.0, 2.0]), np.array([1.0, 0.0, 0.0])
    threshold, score = best_threshold(margins, answered, np.array([0.0, 1.0, 1.0]))
    assert threshold == 0  # silence from below both of them is as good, and nearest to zero
    assert score == pytest.approx(2 / 3)


def test_of_equally_good_thresholds_the_nearest_to_zero_is_taken():
    threshold, score = best_threshold(np.array([-5.0, 4.0, 9.0]), np.ones(3), np.ones(3))
    assert (threshold, score) == (-0.5, 1.0)


def test_without_examples_there_is_none():
    assert all(map(math.isnan, best_threshold(*(np.empty(0),) * 3)))
