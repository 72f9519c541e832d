import math

import numpy as np
import pytest
from made_datasets import of_counts
from scipy.stats import binom

from ftkeras.data.checks.smallest_difference import SmallestDifference, smallest_difference
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError


def power_of_mcnemar(count, disagreement, difference):
    """Sums the probabilities of all outcomes in which McNemar's statistic exceeds 3.8415."""
    discordant = np.arange(1, count + 1)
    total = 0.0
    for many, weight in zip(discordant, binom.pmf(discordant, count, disagreement), strict=True):
        if weight > 1e-12:
            wins = np.arange(many + 1)
            rejected = (2 * wins - many) ** 2 / many > 3.8415
            share = (disagreement + difference) / (2 * disagreement)
            total += weight * binom.pmf(wins, many, share)[rejected].sum()
    return total


@pytest.mark.parametrize(
    ("count", "disagreement"), [(300, 0.1), (506, 0.1), (506, 0.3), (2000, 0.05), (5000, 0.2)]
)
def test_the_exact_power_at_the_smallest_difference_is_four_in_five(count, disagreement):
    difference = smallest_difference(count, disagreement)
    assert power_of_mcnemar(count, disagreement, difference) == pytest.approx(0.8, abs=0.03)


def test_more_examples_show_smaller_differences():
    found = [smallest_difference(count, 0.1) for count in (100, 500, 2000, 100_000)]
    assert found == sorted(found, reverse=True)


def test_a_part_too_small_for_any_difference_is_said_to_be():
    assert math.isnan(smallest_difference(20, 0.1))
    dataset = of_counts([20, 20])
    (finding,) = SmallestDifference()(dataset, Stratified()(dataset, seed=0))
    assert finding.severity == "warning"
    assert "6 test examples can show no difference" in finding.message


def test_without_a_split_there_is_nothing_to_say():
    assert SmallestDifference()(of_counts([5])) == []
    with pytest.raises(UserError, match="disagreement=0"):
        SmallestDifference(disagreement=0)
