import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_datasets import of_counts

from ftkeras.contracts.split import PARTS
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(4, 60), min_size=2, max_size=8),
    shares=st.sampled_from([(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.5, 0.25, 0.25), (1 / 3,) * 3]),
    seed=st.integers(0, 10),
)
def test_every_part_has_its_share_of_every_class_within_one_example(counts, shares, seed):
    dataset = of_counts(counts)
    try:
        split = Stratified(*shares)(dataset, seed)
    except UserError as error:
        assume("at least" not in str(error))
        raise
    assert sorted(np.concatenate([split.ids(part) for part in PARTS])) == sorted(dataset.ids)
    for part, share in zip(PARTS, shares, strict=True):
        labels = split.take(part, dataset).labels.tolist()
        for index, count in enumerate(counts):
            assert abs(labels.count(f"class {index}") - count * share) < 1
            assert labels.count(f"class {index}") >= 1


def test_sizes_of_a_real_set_are_the_shares():
    split = Stratified()(of_counts([1065, 2307]), seed=0)
    assert [len(split.ids(part)) for part in PARTS] == [2360, 506, 506]


def test_another_seed_gives_another_split_and_the_same_seed_the_same():
    dataset = of_counts([40, 40])
    assert Stratified()(dataset, 1).digest == Stratified()(dataset, 1).digest
    assert Stratified()(dataset, 1).digest != Stratified()(dataset, 2).digest


def test_every_example_reaches_every_part_under_some_seed():
    dataset = of_counts([10, 10])
    seen = {part: set() for part in PARTS}
    for seed in range(60):
        split = Stratified()(dataset, seed)
        for part in PARTS:
            seen[part].update(split.ids(part).tolist())
    assert all(len(ids) == 20 for ids in seen.values())


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([20], r"two classes.*20 examples, all labelled \['class 0'\]"),
        ([20, 3], r"at least 4 examples of every class.*class 1 \(3\).*split=random"),
        ([20] + [1] * 30, "and 20 more classes"),
    ],
)
def test_what_cannot_be_stratified_is_refused_with_the_counts(counts, message):
    with pytest.raises(UserError, match=message):
        Stratified()(of_counts(counts), seed=0)


@pytest.mark.parametrize(
    "shares", [(0.7, 0.2, 0.2), (1.0, 0.0, 0.0), (0.8, 0.3, -0.1), (0.9, "0.05", 0.05)]
)
def test_shares_that_do_not_sum_to_one_are_refused(shares):
    with pytest.raises(UserError, match="three shares between 0 and 1"):
        Stratified(*shares)
