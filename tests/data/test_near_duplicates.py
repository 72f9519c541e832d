import numpy as np
import pytest
from made_datasets import texts

from ftkeras.contracts.split import Split
from ftkeras.data.checks.near_duplicates import NearDuplicates
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.near_duplicates import drop_near_leaks, near_pairs
from ftkeras.errors import UserError

TALE = [f"{who} went to the market in the morning and bought {what}"
        for who in ("Anna", "Bertram the elder", "nobody but Clara")
        for what in ("some fish", "a very large umbrella", "nothing whatsoever, as usual")]  # fmt: skip


def planted():
    """Nine tales, three of them told again with other signs and one word more."""
    dataset = texts([*TALE, *(f"Well! {tale.upper()}!!" for tale in TALE[:3])], [0] * 12)
    ids = dataset.ids
    return dataset, Split(
        train=ids[[0, 3, 4, 5, 6, 7]], validation=ids[[1, 8, 11]], test=ids[[9, 10, 2]],
        rule="given", seed=0,
    )  # fmt: skip


def test_the_planted_pairs_are_found():
    dataset, _ = planted()
    assert near_pairs(dataset).tolist() == [[0, 9], [1, 10], [2, 11]]


def test_a_warning_names_the_parts_that_share_content():
    dataset, split = planted()
    (finding,) = NearDuplicates()(dataset, split)
    assert finding.severity == "warning"
    assert "(1 of train, 2 of validation, 3 of test)" in finding.message
    assert "made.csv, row 2 and made.csv, row 11" in finding.message
    assert finding.count == 6


def test_leaks_are_dropped_from_the_part_that_is_used_earlier():
    dataset, split = planted()
    smaller, lost = drop_near_leaks(dataset, split, near_pairs(dataset))
    assert lost == {"train": 1, "validation": 2}
    assert smaller.test.tolist() == split.test.tolist()
    assert dataset.ids[0] not in smaller.train
    (finding,) = NearDuplicates()(dataset, smaller)
    assert finding.severity == "note"


def test_exact_duplicates_are_left_to_their_own_check():
    assert NearDuplicates()(texts(["Good morning all", "good  MORNING all"], [0, 0])) == []


def test_images_are_compared_by_their_looks():
    noise = np.random.default_rng(0).integers(0, 256, (20, 16, 16), dtype="uint8")
    larger = np.kron(noise[:1], np.ones((1, 2, 2), "uint8"))
    dataset = from_arrays([*noise, larger[0]], [0] * 21)
    (finding,) = NearDuplicates()(dataset)
    assert finding.ids == (dataset.ids[0], dataset.ids[20])


def test_too_many_examples_are_said_to_be():
    (finding,) = NearDuplicates(max_examples=5)(planted()[0])
    assert "12 examples are too many" in finding.message
    with pytest.raises(UserError, match="similarity=0"):
        NearDuplicates(similarity=0)
