"""What holds for every rule in `data/folds/`, and what each adds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_datasets import of_counts, texts

from ftkeras import call_string, catalog
from ftkeras.contracts.split import PARTS
from ftkeras.errors import UserError

# Arguments for rules that cannot do without; all rules get the same data.
ARGUMENTS = {"grouped": {"column": "'author'"}}


def rule_of(name, **settings):
    given = ", ".join(
        f"{key}={value}" for key, value in {**ARGUMENTS.get(name, {}), **settings}.items()
    )
    return catalog.build("data/folds", call_string.parse(f"{name}({given})"))


def authored(count):
    rows = range(count)
    return texts(
        [f"text {row}" for row in rows],
        ["ab"[row % 2] for row in rows],
        {"author": [row // 3 for row in rows]},
    )


EVERY = pytest.mark.parametrize("name", catalog.names("data/folds"))


@EVERY
@settings(deadline=None, max_examples=20)
@given(count=st.integers(60, 120), folds=st.integers(2, 6), repeats=st.integers(1, 3))
def test_every_example_is_tested_once_a_repeat_and_is_in_one_part_of_each_split(
    name, count, folds, repeats
):
    dataset = authored(count)
    splits = rule_of(name, folds=folds, repeats=repeats)(dataset, seed=1)
    assert len(splits) == folds * repeats
    for repeat in range(repeats):
        tested = [split.test for split in splits[repeat * folds : (repeat + 1) * folds]]
        assert sorted(np.concatenate(tested).tolist()) == sorted(dataset.ids.tolist())
    for split in splits:
        assert sum(len(split.ids(part)) for part in PARTS) == count
        assert all(len(split.ids(part)) for part in PARTS)


@EVERY
def test_the_order_of_the_rows_does_not_matter(name):
    dataset = authored(90)
    mixed = dataset.take(np.random.default_rng(0).permutation(90))
    first, second = (rule_of(name)(data, seed=4) for data in (dataset, mixed))
    assert [split.digest for split in first] == [split.digest for split in second]


@EVERY
def test_repeats_draw_anew_and_seeds_do_too(name):
    splits = rule_of(name, repeats=2)(authored(90), seed=0)
    others = rule_of(name, repeats=2)(authored(90), seed=1)
    assert len({split.digest for split in [*splits, *others]}) == 20


@EVERY
@pytest.mark.parametrize(
    ("settings", "message"),
    [({"folds": 1}, "folds=1"), ({"repeats": 0}, "repeats=0"), ({"validation": 1.0}, "=1.0")],
)
def test_impossible_settings_are_refused(name, settings, message):
    with pytest.raises(UserError, match=message):
        rule_of(name, **settings)


@EVERY
def test_too_few_examples_are_refused(name):
    with pytest.raises(UserError, match="Expected"):
        rule_of(name)(authored(4), seed=0)


def test_stratified_folds_and_validation_keep_proportions_within_one_example():
    dataset = of_counts([47, 23, 11])
    for split in rule_of("stratified", folds=5)(dataset, seed=0):
        test = split.take("test", dataset).labels.tolist()
        validation = split.take("validation", dataset).labels.tolist()
        for index, count in enumerate([47, 23, 11]):
            name = f"class {index}"
            assert abs(test.count(name) - count / 5) < 1
            assert abs(validation.count(name) - 0.15 * (count - test.count(name))) < 1


def test_stratified_folds_need_an_example_of_every_class_each():
    with pytest.raises(UserError, match=r"folds=5 examples\. Received: class 1 \(4\)"):
        rule_of("stratified")(of_counts([20, 4]), seed=0)
    with pytest.raises(UserError, match="two classes or more"):
        rule_of("stratified")(of_counts([20]), seed=0)


def test_grouped_folds_share_no_group():
    dataset = authored(90)
    for split in rule_of("grouped")(dataset, seed=0):
        parts = [set(split.take(part, dataset).columns["author"].tolist()) for part in PARTS]
        assert sum(map(len, parts)) == 30
        assert len(set.union(*parts)) == 30
