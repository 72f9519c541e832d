import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_curve

from ftkeras.errors import UserError
from ftkeras.thresholds.maximum_youden import MaximumYouden
from tests.thresholds import reference


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("decimals", [None, 1])
def test_no_threshold_has_a_higher_index(seed, decimals):
    labels, probability = reference.case(seed, decimals=decimals)
    threshold = MaximumYouden()(labels, probability)
    false_positive_rate, recall, _ = roc_curve(labels, probability)
    reached = 2 * balanced_accuracy_score(labels, probability > threshold) - 1
    assert reached == pytest.approx((recall - false_positive_rate).max())


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_has_no_threshold(label):
    with pytest.raises(UserError, match="MaximumYouden"):
        MaximumYouden()(np.full(5, label), np.linspace(0, 1, 5))
