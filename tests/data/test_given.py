import pytest
from made_datasets import texts

from ftkeras.data.splits.given import Given
from ftkeras.errors import UserError


def dataset(parts, labels=None):
    values = [f"text {row}" for row in range(len(parts))]
    return texts(values, labels or ["x"] * len(parts), {"fold": parts})


def test_parts_are_those_of_the_column_under_their_usual_names():
    data = dataset(["Train", "training", "dev", "val", "validation", "test "])
    split = Given(column="fold")(data, seed=0)
    assert sorted(split.train) == sorted(data.ids[:2])
    assert sorted(split.validation) == sorted(data.ids[2:5])
    assert split.test.tolist() == [data.ids[5]]


def test_without_validation_a_share_of_train_is_held_out_class_by_class():
    labels = ["a"] * 40 + ["b"] * 20 + ["rare"] + ["a", "b"]
    data = dataset(["train"] * 61 + ["test"] * 2, labels)
    split = Given(column="fold", validation=0.25)(data, seed=0)
    held_out = split.take("validation", data).labels.tolist()
    assert (held_out.count("a"), held_out.count("b"), held_out.count("rare")) == (10, 5, 0)
    assert sorted(split.test) == sorted(data.ids[-2:])


def test_what_stands_together_is_not_torn_apart_by_holding_out():
    data = texts(
        [f"text {row}" for row in range(42)], ["a", "b"] * 21,
        {"fold": ["train"] * 40 + ["test"] * 2, "author": [row // 4 for row in range(42)]},
    )  # fmt: skip
    split = Given(column="fold", validation=0.2, together="author")(data, seed=0)
    train, held_out = (set(split.take(part, data).columns["author"])
                       for part in ("train", "validation"))  # fmt: skip
    assert (len(train), len(held_out)) == (8, 2)
    assert train.isdisjoint(held_out)
    assert sorted(split.test) == sorted(data.ids[-2:])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (["train", "holdout", "test"], r"'holdout' \(made\.csv, row 3\)"),
        (["train", "validation"], "1 train, 1 validation, 0 test"),
        (["test", "validation"], "0 train"),
    ],
)
def test_other_or_missing_parts_are_refused(parts, message):
    with pytest.raises(UserError, match=message):
        Given(column="fold")(dataset(parts), seed=0)


def test_an_unknown_column_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"column='folds'\. Did you mean 'fold'\?"):
        Given(column="folds")(dataset(["train"]), seed=0)
    with pytest.raises(UserError, match=r"validation=1\.5"):
        Given(column="fold", validation=1.5)
