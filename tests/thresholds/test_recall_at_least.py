import numpy as np
import pytest
from sklearn.metrics import recall_score, roc_curve

from ftkeras.errors import UserError
from ftkeras.thresholds.recall_at_least import RecallAtLeast
from tests.thresholds import reference


@pytest.mark.parametrize("value", [0.5, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("decimals", [None, 1])
def test_no_threshold_with_that_recall_flags_fewer(value, decimals):
    labels, probability = reference.case(2, decimals=decimals)
    flagged = probability > RecallAtLeast(value)(labels, probability)
    assert recall_score(labels, flagged) >= value
    false_alarms, recall, _ = roc_curve(labels, probability, drop_intermediate=False)
    fewest = false_alarms[recall >= value].min()
    assert flagged[labels == 0].mean() == pytest.approx(fewest)


def test_probabilities_of_zero_cannot_be_flagged():
    labels, probability = np.array([1, 1, 0]), np.array([0.0, 0.6, 0.4])
    assert 0.4 <= RecallAtLeast(0.5)(labels, probability) < 0.6
    with pytest.raises(UserError, match="Ask for less"):
        RecallAtLeast(1.0)(labels, probability)


@pytest.mark.parametrize("value", [0, 1.1])
def test_a_recall_is_a_share(value):
    with pytest.raises(UserError, match="value="):
        RecallAtLeast(value)
