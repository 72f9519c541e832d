import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_datasets import texts

from ftkeras.contracts.split import PARTS
from ftkeras.data.folds.grouped import Grouped as GroupedFolds
from ftkeras.data.folds.stratified import Stratified as StratifiedFolds
from ftkeras.data.iterative_stratification import iterative_stratification
from ftkeras.data.label_kind import label_kind, label_sets
from ftkeras.data.splits.given import Given
from ftkeras.data.splits.grouped import Grouped
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError

SHARES = (0.7, 0.15, 0.15)


def correlated(seed):
    """Rows of 0 and 1 whose columns have a common cause, as labels of one text have."""
    generator = np.random.default_rng(seed)
    rows, columns = int(generator.integers(60, 401)), int(generator.integers(3, 13))
    share = generator.uniform(0.02, 0.5, columns)
    cause = generator.normal(size=(rows, 1))
    chance = 1 / (1 + np.exp(-(1.5 * cause + np.log(share / (1 - share)))))
    return chance > generator.random((rows, columns))


def tagged(count, seed=0):
    """A dataset of lists of names, some empty, some with a repeated name."""
    generator = np.random.default_rng(seed)
    labels = np.empty(count, object)
    for row in range(count):
        names = [
            name for name, p in (("a", 0.5), ("b", 0.2), ("c", 0.08)) if generator.random() < p
        ]
        labels[row] = names + names[:1]
    dataset = texts([f"text {row}" for row in range(count)], ["x"] * count,
                    {"group": [row // 3 for row in range(count)], "part": ["train"] * (count - 40) + ["test"] * 40})  # fmt: skip
    return type(dataset)(**{**vars(dataset), "labels": labels})


def counts(dataset, split, part):
    held = split.take(part, dataset).labels
    return {name: sum(name in names for names in held) for name in "abc"}


def test_shares_of_labels_are_off_by_no_more_than_the_documentation_says():
    off, sizes, at_random = [], [], []
    for seed in range(120):
        held = correlated(seed)
        order = np.random.default_rng(seed).permutation(len(held))
        part = iterative_stratification(label_sets(held), order, SHARES)
        drawn = np.random.default_rng(seed).choice(3, len(held), p=SHARES)
        for index, share in enumerate(SHARES):
            off += np.abs(held[part == index].sum(0) - share * held.sum(0)).tolist()
            at_random += np.abs(held[drawn == index].sum(0) - share * held.sum(0)).tolist()
            sizes.append(abs((part == index).sum() - share * len(held)))
    assert np.quantile(off, 0.95) < 1.2
    assert max(off) < 8.5
    assert np.quantile(sizes, 0.95) < 1
    assert max(sizes) < 8
    assert np.quantile(at_random, 0.95) > 5  # or else the data would be too easy


@settings(deadline=None, max_examples=50)
@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    shares=st.sampled_from([SHARES, (0.5, 0.5), (0.2,) * 5]),
    seed=st.integers(0, 20),
)
def test_examples_of_one_label_are_shared_out_within_one(counts, shares, seed):
    """With one label an example this is plain stratification, of which a bound is known."""
    labels = [name for name, count in enumerate(counts) for _ in range(count)]
    order = np.random.default_rng(seed).permutation(len(labels))
    part = iterative_stratification([[name] for name in labels], order, shares)
    cells = np.zeros((len(counts), len(shares)))
    np.add.at(cells, (labels, part), 1)
    assert (np.abs(cells - np.outer(counts, shares)) < 1 + 1e-9).all()


def test_a_label_of_one_example_is_where_it_can_be_learnt():
    sets = [["common"]] * 20 + [["common", "single"]]
    part = iterative_stratification(sets, np.arange(21), SHARES)
    assert part[20] == 0


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (np.array(["a", "b"]), "classes"),
        (np.array([0, 7]), "classes"),
        (np.array([1.0, 2.0, 1.0]), "classes"),
        (np.arange(30.0), "numbers"),
        (np.array([1.5, 2.0]), "numbers"),
        (np.array([[1.0, 2.0], [0.0, 1.0]]), "numbers"),
        (np.array([[1, 0], [0, 1]], "int8"), "sets"),
        (np.array([("a",), ("a", "b")], object), "sets"),
    ],
)  # fmt: skip
def test_the_kind_of_labels_is_seen_from_them(labels, kind):
    assert label_kind(labels) == kind


def test_what_a_task_has_read_goes_before_what_labels_seem_to_be():
    """Marks from 1 to 5, of which one is rare: as classes they could not be stratified."""
    marks = np.array([1.0] * 30 + [2.0] * 40 + [3.0] * 29 + [5.0])
    dataset = texts([f"text {row}" for row in range(100)], marks)
    with pytest.raises(UserError, match=r"5\.0 \(1\)"):
        Stratified()(dataset, seed=0)
    read = type(dataset)(**{**vars(dataset), "label_kind": "numbers"})
    split = Stratified()(read, seed=0)
    means = [split.take(part, read).labels.mean() for part in PARTS]
    assert max(means) - min(means) < 0.2
    assert len(StratifiedFolds(folds=5)(read, seed=0)) == 5


def test_tags_of_tokens_count_once_a_sentence():
    assert label_sets(np.array([["O", "B-PER", "O"], ["O"]], object)) == [["B-PER", "O"], ["O"]]


def test_lists_of_names_are_split_by_all_rules_that_look_at_labels():
    dataset = tagged(400)
    total = {name: sum(name in names for names in dataset.labels) for name in "abc"}
    split = Stratified()(dataset, seed=1)
    for part, share in zip(PARTS, SHARES, strict=True):
        for name, count in counts(dataset, split, part).items():
            assert abs(count - share * total[name]) <= 1.5
    assert Stratified()(dataset, seed=1).digest == split.digest
    assert Stratified()(dataset, seed=2).digest != split.digest
    mixed = dataset.take(np.random.default_rng(0).permutation(400))
    assert Stratified()(mixed, seed=1).digest == split.digest
    held_out = Given(column="part")(dataset, seed=0)
    rest = total["a"] - counts(dataset, held_out, "test")["a"]
    assert abs(counts(dataset, held_out, "validation")["a"] - 0.15 * rest) <= 1.5
    grouped = Grouped(column="group")(dataset, seed=0)
    for part, share in zip(PARTS, SHARES, strict=True):
        assert abs(counts(dataset, grouped, part)["a"] - share * total["a"]) <= 6


@pytest.mark.parametrize("rule", [StratifiedFolds(folds=4), GroupedFolds("group", folds=4)])
def test_folds_of_lists_of_names_hold_their_share(rule):
    dataset = tagged(400)
    total = {name: sum(name in names for names in dataset.labels) for name in "abc"}
    made = rule(dataset, seed=1)
    assert sorted(id_ for split in made for id_ in split.test) == sorted(dataset.ids)
    allowed = 1.5 if isinstance(rule, StratifiedFolds) else 8
    for split in made:
        for name, count in counts(dataset, split, "test").items():
            assert abs(count - total[name] / 4) <= allowed


@settings(deadline=None, max_examples=25)
@given(count=st.integers(40, 200), seed=st.integers(0, 9), ties=st.booleans())
def test_numbers_are_split_so_that_every_tenth_of_them_has_its_share(count, seed, ties):
    numbers = np.random.default_rng(seed).gamma(1.0, size=count) + 0.001
    if ties:
        numbers = np.round(numbers, 1) + 0.05
    dataset = texts([f"text {row}" for row in range(count)], numbers)
    split = Stratified()(dataset, seed)
    bins = min(10, int(count * 0.15 + 1e-9))
    edges = np.sort(numbers)[[-(-count * index // bins) for index in range(1, bins)]]
    for part, share in zip(PARTS, SHARES, strict=True):
        held = split.take(part, dataset).labels
        if not ties:
            below = np.searchsorted(edges, held, side="right")
            whole = np.searchsorted(edges, numbers, side="right")
            for index in range(bins):
                assert abs((below == index).sum() - share * (whole == index).sum()) < 1 + 1e-9
        assert abs(len(held) - share * count) < 3
    made = StratifiedFolds(folds=4)(dataset, seed)
    assert sorted(id_ for fold in made for id_ in fold.test) == sorted(dataset.ids)
    means = [np.median(fold.take("test", dataset).labels) for fold in made]
    assert max(means) - min(means) < numbers.std()


def test_another_process_makes_the_same_splits_of_names_and_numbers(digests_elsewhere):
    assert digests_elsewhere["test_iterative_stratification"] == digests()


def digests():
    numbers = texts([f"text {row}" for row in range(90)], np.linspace(0.1, 9.7, 90) ** 2)
    return [Stratified()(data, seed=4).digest for data in (tagged(120), numbers)] + [
        split.digest for split in StratifiedFolds(folds=3)(tagged(120), seed=4)
    ]
