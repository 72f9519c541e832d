import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_datasets import texts

from ftkeras.contracts.split import PARTS
from ftkeras.data.splits.grouped import Grouped
from ftkeras.errors import UserError


def grouped_data(sizes, seed=0):
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    # Groups lean to one class, as authors do.
    lean = random.random(len(sizes))
    labels = np.where(random.random(len(groups)) < lean[groups], "a", "b")
    return texts([f"text {row}" for row in range(len(groups))], labels, {"author": groups})


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 9), min_size=20, max_size=60), seed=st.integers(0, 5))
def test_no_group_is_in_two_parts_and_shares_hold_but_for_the_largest_group(sizes, seed):
    dataset = grouped_data(sizes)
    split = Grouped(column="author", train=0.6, validation=0.2, test=0.2)(dataset, seed)
    authors = [set(split.take(part, dataset).columns["author"].tolist()) for part in PARTS]
    assert sum(map(len, authors)) == len(sizes)
    for part, share in zip(PARTS, (0.6, 0.2, 0.2), strict=True):
        assert abs(len(split.ids(part)) - share * len(dataset)) < 2 * max(sizes)


def test_classes_keep_their_shares():
    dataset = grouped_data([5] * 200)
    split = Grouped(column="author")(dataset, seed=0)
    overall = (dataset.labels == "a").mean()
    for part in PARTS:
        assert abs((split.take(part, dataset).labels == "a").mean() - overall) < 0.03


def test_other_seeds_draw_other_groups():
    dataset = grouped_data([4] * 30)
    digests = {Grouped(column="author")(dataset, seed).digest for seed in range(5)}
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("authors", "message"),
    [
        (["x"] * 6 + ["y"] * 6, "at least 3 groups in `author`. Received: x, y"),
        (["x", "", "y", "z"] * 3, r"3 without one: made\.csv, row 3, made"),
        ([1.0, float("nan"), 2, 3] * 3, "3 without one"),
    ],
)
def test_too_few_or_missing_groups_are_refused(authors, message):
    dataset = texts([f"text {row}" for row in range(12)], ["a", "b"] * 6, {"author": authors})
    with pytest.raises(UserError, match=message):
        Grouped(column="author")(dataset, seed=0)


def test_an_unknown_column_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"column='authors'\. Did you mean 'author'\?"):
        Grouped(column="authors")(grouped_data([1] * 9), seed=0)
