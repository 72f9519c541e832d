import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_curve

from ftkeras.errors import UserError
from ftkeras.thresholds.maximum_f1 import MaximumF1
from tests.thresholds import reference


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("decimals", [None, 1])
def test_no_threshold_has_a_higher_f1(seed, decimals):
    labels, probability = reference.case(seed, decimals=decimals)
    threshold = MaximumF1()(labels, probability)
    precision, recall, _ = precision_recall_curve(labels, probability)
    highest = np.max(2 * precision * recall / np.maximum(precision + recall, 1e-300))
    assert f1_score(labels, probability > threshold) == pytest.approx(highest)


def test_with_calibrated_probabilities_it_is_half_of_the_highest_f1():
    rng = np.random.default_rng(0)
    probability = rng.beta(0.6, 1.8, size=400_000)
    labels = (rng.random(len(probability)) < probability).astype(int)
    threshold = MaximumF1()(labels, probability)
    highest = f1_score(labels, probability > threshold)
    assert threshold == pytest.approx(highest / 2, abs=0.02)


def test_without_positives_there_is_no_threshold():
    with pytest.raises(UserError, match="0 of them positive"):
        MaximumF1()(np.zeros(5, int), np.linspace(0, 1, 5))
