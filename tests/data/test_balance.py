"""What holds for every rule in `data/balance/`, and what each adds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.errors import UserError

NAMES = catalog.names("data/balance")
COUNTS = [60, 25, 5]
LABELS = np.repeat(np.arange(3), COUNTS)[np.random.default_rng(0).permutation(90)]


def balanced(name, labels=LABELS, num_classes=3, seed=0, **arguments):
    return catalog.build("data/balance", Call(name, arguments))(labels, num_classes, seed)


@pytest.mark.parametrize("name", NAMES)
@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_rows_are_of_the_training_part_and_weights_are_one_on_average(name, labels):
    found = balanced(name, np.array(labels), num_classes=5)
    assert len(found.rows) == len(found.weights) > 0
    assert set(found.rows.tolist()) <= set(range(len(labels)))
    assert set(np.array(labels)[found.rows].tolist()) == set(labels)
    assert found.weights.mean() == pytest.approx(1, rel=1e-5)
    assert found.weights.min() > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_rows(name):
    first, second = balanced(name, seed=3), balanced(name, seed=3)
    assert first.rows.tolist() == second.rows.tolist()
    assert first.weights.tolist() == second.weights.tolist()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("labels", [[], [0, 3], [-1, 0]])
def test_labels_outside_the_classes_are_refused(name, labels):
    with pytest.raises(ValueError, match=r"class indices in \[0, 3\)"):
        balanced(name, np.array(labels, dtype="int64"))


@pytest.mark.parametrize("name", NAMES)
def test_classes_come_closer_and_equal_ones_stay_as_they_are(name):
    found = balanced(name)
    totals = np.bincount(LABELS[found.rows], weights=found.weights, minlength=3)
    assert totals.max() / totals.min() < max(COUNTS) / min(COUNTS)
    even = balanced(name, np.arange(30) % 3)
    assert even.rows.tolist() == list(range(30))
    np.testing.assert_allclose(even.weights, 1, rtol=1e-6)


def test_balanced_weights_are_scikit_learns():
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)[LABELS]
    np.testing.assert_allclose(balanced("balanced_weights").weights, expected, rtol=1e-6)


def test_half_the_strength_is_the_square_root():
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)[LABELS] ** 0.5
    weights = balanced("balanced_weights", strength=0.5).weights
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.9999])
def test_effective_numbers_are_the_sums_of_powers(beta):
    # 1 + beta + beta^2 + ... over n terms, the definition behind the closed form.
    effective = np.array([sum(beta**power for power in range(count)) for count in COUNTS])
    expected = (1 / effective)[LABELS]
    weights = balanced("effective_number_weights", beta=beta).weights
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)


def test_beta_leads_from_no_weights_to_balanced_ones():
    none = balanced("effective_number_weights", beta=0).weights
    np.testing.assert_allclose(none, 1, rtol=1e-6)
    limit = balanced("effective_number_weights", beta=1 - 1e-12).weights
    np.testing.assert_allclose(limit, balanced("balanced_weights").weights, rtol=1e-5)


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, [60, 60, 60]), (0.5, [60, 30, 30])])
def test_oversampling_repeats_every_example_of_a_class_alike(ratio, expected):
    rows = balanced("oversample", ratio=ratio).rows
    assert np.bincount(LABELS[rows]).tolist() == expected
    for index in range(3):
        times = np.bincount(rows, minlength=90)[index == LABELS]
        assert times.min() >= 1
        assert times.max() - times.min() <= 1


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, [5, 5, 5]), (0.25, [20, 20, 5])])
def test_undersampling_keeps_each_example_once_at_most(ratio, expected):
    rows = balanced("undersample", ratio=ratio).rows
    assert np.bincount(LABELS[rows]).tolist() == expected
    assert len(set(rows.tolist())) == len(rows)


def test_other_seeds_leave_out_other_examples():
    kept = {tuple(balanced("undersample", seed=seed).rows.tolist()) for seed in range(5)}
    assert len(kept) == 5


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("balanced_weights", {"strength": 2}, "strength=2"),
        ("effective_number_weights", {"beta": 1}, "beta=1"),
        ("oversample", {"ratio": 0}, "ratio=0"),
        ("undersample", {"ratio": 1.5}, r"ratio=1\.5"),
    ],
)
def test_impossible_settings_are_refused(name, arguments, message):
    with pytest.raises(UserError, match=message):
        balanced(name, **arguments)
