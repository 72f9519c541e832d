import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score

from ftkeras.statistics.threshold_outcome import threshold_outcome
from ftkeras.thresholds.cost import Cost
from ftkeras.thresholds.maximum_f1 import MaximumF1
from ftkeras.thresholds.precision_at_least import PrecisionAtLeast
from tests.thresholds import reference


def test_both_thresholds_are_scored_as_scikit_learn_does():
    labels, probability = reference.case(6, size=500)
    found = threshold_outcome(MaximumF1(), labels, probability, 0.3)
    assert found.value == pytest.approx(f1_score(labels, probability > 0.3))
    assert found.other == pytest.approx(f1_score(labels, probability > 0.5))
    assert found.difference == pytest.approx(found.value - found.other)
    assert found.low < found.value < found.high
    assert found.changed == ((probability > 0.3) & (probability <= 0.5)).sum()
    precise = threshold_outcome(PrecisionAtLeast(0.5), labels, probability, 0.6)
    assert precise.value == pytest.approx(precision_score(labels, probability > 0.6))


def test_a_figure_without_examples_has_no_value():
    labels, probability = np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4])
    found = threshold_outcome(PrecisionAtLeast(0.5), labels, probability, 0.45)
    assert found.value is None
    assert found.difference is None
    assert found.difference_low is None


def test_the_same_threshold_twice_differs_by_nothing():
    labels, probability = reference.case(7)
    found = threshold_outcome(MaximumF1(), labels, probability, 0.5)
    assert (found.difference, found.difference_low, found.difference_high) == (0, 0, 0)
    assert found.changed == 0


def test_intervals_hold_their_level():
    rng = np.random.default_rng(0)
    rule, inside, between = Cost(1, 4), [], []
    # Thresholds 0.3 and 0.5 on uniform, calibrated probabilities: integrals of p and 1 - p.
    bill = {t: (1 - t) ** 2 / 2 + 4 * t**2 / 2 for t in (0.3, 0.5)}
    for seed in range(300):
        probability = rng.random(200)
        labels = (rng.random(200) < probability).astype(int)
        found = threshold_outcome(rule, labels, probability, 0.3, resamples=300, seed=seed)
        inside.append(found.low <= bill[0.3] <= found.high)
        between.append(found.difference_low <= bill[0.3] - bill[0.5] <= found.difference_high)
    assert 0.91 <= np.mean(inside) <= 0.99
    assert 0.90 <= np.mean(between) <= 0.99
