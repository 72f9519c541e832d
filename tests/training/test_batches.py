import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import Examples, from_features


def numbered(n, lengths=None):
    return Examples(take=lambda rows: rows[:, None].astype("float32"), labels=np.arange(n),
                    lengths=lengths)  # fmt: skip


@given(
    st.integers(1, 300), st.integers(1, 40), st.none() | st.integers(0, 9), st.integers(0, 5),
    st.booleans(),
)  # fmt: skip
def test_an_epoch_holds_every_example_once(n, batch_size, seed, epoch, variable):
    lengths = np.random.default_rng(n).integers(1, 50, n) if variable else None
    batches = Batches(numbered(n, lengths), batch_size, seed)
    batches.set_epoch(epoch)
    seen = np.concatenate([batches[i][1] for i in range(len(batches))])
    assert sorted(seen) == list(range(n))
    np.testing.assert_array_equal(seen, batches.order())
    assert len(batches) == -(-n // batch_size)


def test_the_order_is_a_function_of_seed_and_epoch():
    first, second = Batches(numbered(100), 8, 3), Batches(numbered(100), 8, 3)
    second.set_epoch(4)
    second.set_epoch(0)
    np.testing.assert_array_equal(first.order(), second.order())
    second.set_epoch(1)
    assert (first.order() != second.order()).any()
    assert (first.order() != Batches(numbered(100), 8, 4).order()).any()


def test_batches_of_variable_length_pad_little():
    lengths = np.random.default_rng(0).integers(4, 128, 2000)
    batches = Batches(numbered(2000, lengths), 32, 0)
    padded = sum(len(b) * lengths[b].max() for b in (batches[i][1] for i in range(len(batches))))
    assert padded / lengths.sum() < 1.1
    without = sum(32 * lengths[i : i + 32].max() for i in range(0, 2000, 32))
    assert without / lengths.sum() > 1.7


def test_what_keras_is_given_holds_every_example_once():
    dataset = for_keras(Batches(from_features(np.eye(10, dtype="float32"), np.arange(10)), 4))
    assert int(dataset.cardinality()) == 3
    assert np.concatenate([y for _, y in dataset]).tolist() == list(range(10))


def test_what_keras_is_given_follows_the_order_of_each_epoch():
    labels = np.arange(50)
    batches = Batches(from_features(np.eye(50, dtype="float32"), labels), 8, seed=1)
    dataset = for_keras(batches)
    for epoch in (0, 1, 5, 1):
        batches.set_epoch(epoch)
        pairs = list(dataset)
        np.testing.assert_array_equal(np.concatenate([y for _, y in pairs]), batches.order())
        np.testing.assert_array_equal(
            np.concatenate([x for x, _ in pairs]).argmax(axis=1), batches.order()
        )


def test_nothing_is_tuned_whose_thread_would_be_waited_for():
    rows = np.arange(12, dtype="float32").reshape(6, 2)
    inputs = Examples(lambda at: {"x": rows[at]}, np.zeros(6))
    for examples in (from_features(rows, np.zeros(6)), inputs):
        assert for_keras(Batches(examples, 2)).options().autotune.enabled is False


@pytest.mark.parametrize("batch_size", [3, 5])
def test_batches_may_differ_in_length_after_the_second(batch_size):
    lengths = np.array([2] * 10 + [7] * 5)
    examples = Examples(
        take=lambda rows: np.zeros((len(rows), lengths[rows].max()), "int32"),
        labels=np.zeros(15, "int64"), lengths=lengths,
    )  # fmt: skip
    shapes = [x.shape[1] for x, _ in for_keras(Batches(examples, batch_size))]
    assert shapes[0] == 2
    assert shapes[-1] == 7


def test_labels_of_positions_are_as_long_as_the_inputs_of_their_batch():
    lengths = np.array([2] * 10 + [7] * 5)
    labels = np.where(np.arange(7) < lengths[:, None], np.arange(15)[:, None], -1)
    examples = Examples(
        take=lambda rows: np.zeros((len(rows), lengths[rows].max() + 1), "int32"),
        labels=labels.astype("float64"), lengths=lengths, by_position=True,
    )  # fmt: skip
    batches = Batches(examples, 5)
    found = np.full((15, 8), -1.0)
    for rows, (x, y) in zip(np.split(batches.order(), 3), for_keras(batches), strict=True):
        assert x.shape == y.shape
        found[rows, : y.shape[1]] = y
    np.testing.assert_array_equal(found[:, :7], labels)
    assert (found[:, 7] == -1).all()
