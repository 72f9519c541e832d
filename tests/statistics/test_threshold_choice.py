"""The uncertainty of a chosen threshold, against fresh samples of a known population."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import f1_score

from ftkeras.statistics.threshold_choice import choose_threshold
from ftkeras.thresholds.cost import Cost
from ftkeras.thresholds.maximum_f1 import MaximumF1
from ftkeras.thresholds.maximum_youden import MaximumYouden
from ftkeras.thresholds.precision_at_least import PrecisionAtLeast

SHARE, SHIFT = 0.3, 1.2


def sample(rng, size):
    """Scores are normal, positives shifted; the probability is any rising function of the score."""
    labels = (rng.random(size) < SHARE).astype(int)
    return labels, norm.cdf(rng.normal(size=size) + SHIFT * labels - 0.5)


def truth(threshold):
    """True and false positive rate of a threshold in the population."""
    score = norm.ppf(threshold) + 0.5
    return norm.sf(score - SHIFT), norm.sf(score)


def true_figure(rule, threshold):
    hit, alarm = truth(threshold)
    if isinstance(rule, MaximumF1):
        return 2 * SHARE * hit / (SHARE * hit + (1 - SHARE) * alarm + SHARE)
    if isinstance(rule, MaximumYouden):
        return hit - alarm
    return rule.false_positive * (1 - SHARE) * alarm + rule.false_negative * SHARE * (1 - hit)


@pytest.mark.parametrize("rule", [MaximumF1(), MaximumYouden(), Cost(1, 3)], ids=repr)
def test_the_optimism_is_what_the_score_falls_by_on_new_examples(rule):
    rng = np.random.default_rng(0)
    choices = [choose_threshold(rule, *sample(rng, 150), resamples=100, seed=k) for k in range(150)]
    true = np.array([true_figure(rule, choice.threshold) for choice in choices])
    flattery = np.mean([choice.value for choice in choices] - true)
    claimed = np.mean([choice.optimism for choice in choices])
    better = 1 if rule.direction == "max" else -1
    assert better * claimed > 0  # a choice always flatters itself
    assert claimed == pytest.approx(flattery, rel=0.35)
    held = np.mean([c.expected_low <= t <= c.expected_high
                    for c, t in zip(choices, true, strict=True)])  # fmt: skip
    assert held >= 0.88  # nominal 0.95, less three standard errors of 150 samples


def test_more_examples_leave_less_doubt():
    few = choose_threshold(MaximumF1(), *sample(np.random.default_rng(1), 100), seed=1)
    many = choose_threshold(MaximumF1(), *sample(np.random.default_rng(1), 20_000), seed=1)
    assert few.low <= few.threshold <= few.high
    assert many.high - many.low < (few.high - few.low) / 2
    assert many.optimism < few.optimism / 4
    assert many.num_units == 20_000


def test_joining_neighbours_does_not_move_the_choice():
    labels, probability = sample(np.random.default_rng(2), 5000)
    choice = choose_threshold(MaximumF1(), labels, probability, resamples=100)
    assert choice.threshold == MaximumF1()(labels, probability)
    assert choice.value == pytest.approx(f1_score(labels, probability > choice.threshold))


def test_a_promise_that_some_samples_cannot_keep_says_so():
    labels, probability = sample(np.random.default_rng(3), 60)
    highest = probability.argsort()[::-1]
    labels[highest[:2]], labels[highest[2:6]] = 1, 0  # only the first two are pure
    choice = choose_threshold(PrecisionAtLeast(0.95), labels, probability, seed=1)
    assert 0.02 < choice.unmet < 0.5  # (1 - 2/60)^60 = 0.13 resamples hold neither of the two
    assert choice.value == 1.0


def test_the_same_seed_gives_the_same_answer():
    one = sample(np.random.default_rng(4), 200)
    assert choose_threshold(MaximumF1(), *one, seed=5) == choose_threshold(
        MaximumF1(), *one, seed=5
    )
