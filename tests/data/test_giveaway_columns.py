import numpy as np
import pytest
from made_datasets import texts

from ftkeras.data.checks.giveaway_columns import GiveawayColumns
from ftkeras.errors import UserError

COUNT = 120
LABELS = np.array(["abc"[row % 3] for row in range(COUNT)])
RANDOM = np.random.default_rng(0)


def with_column(values, labels=LABELS):
    return texts([f"text {row}" for row in range(len(labels))], labels, {"extra": values})


@pytest.mark.parametrize(
    "values",
    [
        [{"a": 1.0, "b": 2.0, "c": np.nan}[label] for label in LABELS],
        [{"a": "aleph", "b": "beth", "c": "gimel"}[label] for label in LABELS],
        [f"{label}{row % 4}" for row, label in enumerate(LABELS)],
        np.where(LABELS == "a", 0, np.where(LABELS == "b", 10, 20)) + RANDOM.normal(size=COUNT),
    ],
    ids=["numbers", "words", "many words", "noisy numbers"],
)
def test_a_column_that_holds_the_answer_is_found(values):
    (finding,) = GiveawayColumns()(with_column(values))
    assert finding.message.startswith("The label can be read from extra (balanced accuracy")


def test_a_running_number_in_a_file_sorted_by_class_is_found():
    labels = np.sort(LABELS)
    assert len(GiveawayColumns()(with_column(np.arange(COUNT), labels))) == 1


@pytest.mark.parametrize(
    "values",
    [
        RANDOM.normal(size=COUNT),
        [f"user {row}" for row in range(COUNT)],
        RANDOM.choice(["x", "y"], COUNT),
        np.arange(COUNT),
        ["same"] * COUNT,
        ["same"] * (COUNT - 1) + [""],
    ],
    ids=["noise", "identifiers", "categories", "running number", "constant", "gap"],
)
def test_columns_that_say_nothing_are_not_found(values):
    assert GiveawayColumns()(with_column(values)) == []


def test_a_frequent_class_does_not_make_a_column_telling():
    labels = np.array(["often"] * 115 + ["rare"] * 5)
    assert GiveawayColumns()(with_column(RANDOM.normal(size=COUNT), labels)) == []


def test_classes_too_small_for_the_folds_are_left_out():
    labels = np.array(["a"] * 60 + ["b"] * 58 + ["c", "d"])
    values = [{"a": 1, "b": 2}.get(label, 3) for label in labels]
    assert GiveawayColumns()(with_column(values, labels))[0].count == 118
    assert GiveawayColumns()(with_column(values[:3], labels[:3])) == []
    with pytest.raises(UserError, match="threshold=0"):
        GiveawayColumns(threshold=0)
