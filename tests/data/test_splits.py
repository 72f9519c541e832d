"""What holds for every rule in `data/splits/`: a new file is tested before its author writes a line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_datasets import texts

from ftkeras import call_string, catalog
from ftkeras.contracts.split import PARTS
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError

# Arguments for rules that cannot do without; all rules get the same data.
ARGUMENTS = {
    "given": "given(column='part')",
    "grouped": "grouped(column='group')",
    "by_time": "by_time(column='time')",
}
RULES = [ARGUMENTS.get(name, name) for name in catalog.names("data/splits")]


def rule_of(text):
    return catalog.build("data/splits", call_string.parse(text))


def example_data(count, num_classes=2, offset=0):
    rows = range(offset, offset + count)
    return texts(
        [f"text {row}" for row in rows],
        [f"class {row % num_classes}" for row in rows],
        {
            "part": [("train", "train", "train", "test")[row // num_classes % 4] for row in rows],
            "group": [f"author {row // 3}" for row in rows],
            "time": [f"2024-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in rows],
        },
    )


@pytest.mark.parametrize("text", RULES)
@settings(deadline=None, max_examples=30)
@given(count=st.integers(60, 150), classes=st.integers(2, 4), seed=st.integers(0, 99))
def test_every_example_is_in_exactly_one_part(text, count, classes, seed):
    dataset = example_data(count, classes)
    split = rule_of(text)(dataset, seed)
    everything = np.concatenate([split.ids(part) for part in PARTS])
    assert sorted(everything.tolist()) == sorted(dataset.ids.tolist())
    assert all(len(split.ids(part)) for part in PARTS)


@pytest.mark.parametrize("text", RULES)
def test_the_order_of_the_rows_does_not_matter(text):
    dataset = example_data(100)
    mixed = dataset.take(np.random.default_rng(0).permutation(100))
    first, second = rule_of(text)(dataset, 3), rule_of(text)(mixed, 3)
    for part in PARTS:
        assert first.ids(part).tolist() == second.ids(part).tolist()


@pytest.mark.parametrize("text", RULES)
def test_the_rule_is_written_so_that_it_can_be_read_back(text):
    rule = rule_of(text)
    split = rule(example_data(100), seed=5)
    assert split.seed == 5
    assert rule_of(split.rule) == rule
    assert rule_of(split.rule)(example_data(100), seed=5).digest == split.digest


@pytest.mark.parametrize("text", RULES)
def test_repeated_examples_are_refused_with_their_rows(text):
    dataset = example_data(60)
    with pytest.raises(UserError, match=r"1 repeated, for example made\.csv, row 2 and made"):
        rule_of(text)(dataset.take([*range(60), 0]), seed=0)


@pytest.mark.parametrize("text", RULES)
def test_too_few_examples_are_refused(text):
    with pytest.raises(UserError, match="Expected"):
        rule_of(text)(example_data(2), seed=0)


def digests():
    return [rule_of(text)(example_data(100), seed=7).digest for text in RULES]


def test_another_process_with_other_hash_seeds_makes_the_same_splits(digests_elsewhere):
    assert digests_elsewhere["test_splits"] == digests()


def test_the_checks_above_notice_a_rule_that_looks_at_row_numbers():
    class ByRow:
        def __call__(self, dataset, seed):
            split = Stratified()(dataset, seed)
            return type(split)(*np.split(dataset.ids, [70, 85]), rule="by_row", seed=seed)

    dataset = example_data(100)
    mixed = dataset.take(np.random.default_rng(0).permutation(100))
    assert ByRow()(dataset, 0).digest != ByRow()(mixed, 0).digest
