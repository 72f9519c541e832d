import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_datasets import texts

from ftkeras.contracts.split import Split
from ftkeras.data.checks.exact_duplicates import ExactDuplicates


def split_of(dataset, parts):
    ids = [dataset.ids[np.array(parts) == name] for name in ("train", "validation", "test")]
    return Split(*ids, rule="given", seed=0)


@given(
    parts=st.lists(st.sampled_from(["train", "validation", "test"]), min_size=30, max_size=30),
    leaks=st.lists(st.integers(0, 14), max_size=15, unique=True),
)
def test_every_planted_leak_between_parts_is_found_and_no_other(parts, leaks):
    values = [f"text {row}" for row in range(15)]
    copies = [f" TEXT  {row}\n" if row in leaks else f"other {row}" for row in range(15)]
    dataset = texts(values + copies, [0] * 30)
    errors = [
        finding
        for finding in ExactDuplicates()(dataset, split_of(dataset, parts))
        if finding.severity == "error"
    ]
    crossing = {row for row in leaks if parts[row] != parts[row + 15]}
    expected = {dataset.ids[row + side] for row in crossing for side in (0, 15)}
    found = {identity for finding in errors for identity in finding.ids}
    assert found == expected


def test_the_parts_that_share_content_are_named():
    dataset = texts(["a", "A", "b", "B", "c"], [0] * 5)
    split = split_of(dataset, ["train", "test", "validation", "test", "train"])
    error = ExactDuplicates()(dataset, split)[-1]
    assert "1 in both train and test, 1 in both validation and test" in error.message


def test_repeats_within_a_part_are_a_warning_only():
    dataset = texts(["a", "A", "b"], [0] * 3)
    split = split_of(dataset, ["train", "train", "test"])
    assert [finding.severity for finding in ExactDuplicates()(dataset, split)] == ["warning"]
