import numpy as np
import pytest
from made_datasets import of_counts

from ftkeras.contracts.split import Split
from ftkeras.data.checks.unlike_parts import UnlikeParts
from ftkeras.data.splits.random import Random
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError


def by_hand(dataset, order):
    ids = dataset.ids[order]
    return Split(*np.split(ids, [len(ids) // 2, 3 * len(ids) // 4]), rule="by_hand", seed=0)


def test_stratified_parts_are_alike_and_sorted_ones_are_not():
    dataset = of_counts([100, 60, 40])
    assert UnlikeParts()(dataset, Stratified()(dataset, 0)) == []
    (finding,) = UnlikeParts()(dataset, by_hand(dataset, np.arange(200)))
    assert finding.severity == "warning"
    assert "class 1 is 0.0% in train, 100.0% in validation, 20.0% in test" in finding.message
    assert "stratified" in finding.action


def test_random_parts_are_told_of_as_seldom_as_promised():
    dataset = of_counts([150, 50])
    told = sum(
        bool(UnlikeParts(p_value=0.1)(dataset, Random()(dataset, seed))) for seed in range(300)
    )
    # Binomial with n = 300 and p = 0.1: outside of 13 to 50 once in ten thousand.
    assert 13 <= told <= 50


def test_rare_classes_are_taken_together():
    """Each alone is expected too seldom for the test; together they are not."""
    dataset = of_counts([200, *[4] * 20])
    order = np.concatenate([np.arange(100), np.arange(200, 280), np.arange(100, 200)])
    (finding,) = UnlikeParts()(dataset, by_hand(dataset, order))
    assert "class 0" in finding.message


def test_nothing_is_said_without_parts_or_classes():
    dataset = of_counts([50, 50])
    assert UnlikeParts()(dataset) == []
    numbers = type(dataset)(**{**vars(dataset), "labels": np.linspace(0, 1, 100) + 0.5})
    assert UnlikeParts()(numbers, by_hand(numbers, np.arange(100))) == []
    with pytest.raises(UserError, match="p_value=0"):
        UnlikeParts(p_value=0)
