import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, precision_score, recall_score

from ftkeras.errors import UserError
from ftkeras.thresholds.precision_at_least import PrecisionAtLeast
from tests.thresholds import reference


@pytest.mark.parametrize("value", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("decimals", [None, 1])
def test_no_threshold_with_that_precision_finds_more(value, decimals):
    labels, probability = reference.case(1, decimals=decimals)
    flagged = probability > PrecisionAtLeast(value)(labels, probability)
    precision, recall, _ = precision_recall_curve(labels, probability)
    assert precision_score(labels, flagged) >= value
    assert recall_score(labels, flagged) == pytest.approx(recall[precision >= value].max())


def test_a_precision_out_of_reach_is_refused():
    labels = np.array([1, 0, 1, 0])
    with pytest.raises(UserError, match="Ask for less"):
        PrecisionAtLeast(0.9)(labels, np.array([0.2, 0.9, 0.3, 0.8]))


@pytest.mark.parametrize("value", [0, 1.1, -0.5, "0.9", True])
def test_a_precision_is_a_share(value):
    with pytest.raises(UserError, match="value="):
        PrecisionAtLeast(value)
