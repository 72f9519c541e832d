import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.thresholds.cost import Cost
from tests.thresholds import reference


@pytest.mark.parametrize("prices", [(1, 1), (1, 12), (7.5, 0.5)])
@pytest.mark.parametrize("decimals", [None, 1])
def test_no_threshold_costs_less(prices, decimals):
    labels, probability = reference.case(4, decimals=decimals)

    def bill(tn, fp, fn, tp):
        return (prices[0] * fp + prices[1] * fn) / (tn + fp + fn + tp)

    threshold = Cost(*prices)(labels, probability)
    least = reference.figures(labels, probability, bill).min()
    assert reference.at(labels, probability, threshold, bill) == pytest.approx(least)


@pytest.mark.parametrize("prices", [(1, 4), (3, 1)])
def test_with_calibrated_probabilities_prices_alone_decide(prices):
    rng = np.random.default_rng(0)
    probability = rng.random(300_000)
    labels = (rng.random(len(probability)) < probability).astype(int)
    expected = prices[0] / sum(prices)
    assert Cost(*prices)(labels, probability) == pytest.approx(expected, abs=0.03)


def test_a_false_alarm_that_costs_the_world_flags_nobody():
    labels, probability = reference.case(5)
    threshold = Cost(false_positive=1e9, false_negative=1)(labels, probability)
    assert not (probability[labels == 0] > threshold).any()


@pytest.mark.parametrize("price", [0, -1, float("inf"), "2", True, None])
def test_a_price_must_be_above_zero(price):
    with pytest.raises(UserError, match="false_negative="):
        Cost(false_positive=1, false_negative=price)
