import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkeras.contracts.backbone import Encoded
from ftkeras.training.batches import Batches
from ftkeras.training.examples import Examples, from_inputs
from ftkeras.training.feature_batches import BatchShape, cut
from ftkeras.training.length_buckets import round_up
from ftkeras.training.padding import Padding


class Words:
    """Texts as ones, a word each."""

    modality = "text"
    config = {}  # noqa: RUF012 - nobody writes into it

    def __init__(self):
        self.calls = []

    def __call__(self, values):
        self.calls.append(len(values))
        lengths = np.array([len(text.split()) for text in values])
        return Encoded(
            {"ids": (np.arange(lengths.max()) < lengths[:, None]).astype("int32")}, lengths
        )


def texts(n, seed=0):
    lengths = np.random.default_rng(seed).integers(1, 100, n)
    return ["w " * length for length in lengths.tolist()]


@given(st.integers(1, 200), st.integers(1, 40), st.none() | st.integers(0, 3))
def test_what_an_epoch_pads_is_what_its_arrays_hold_beside_words(n, batch_size, seed):
    examples = from_inputs(texts(n), np.zeros(n, "int64"), Words(), round_up)
    batches = Batches(examples, batch_size, seed)
    arrays = [batches[index][0] for index in range(len(batches))]
    zeros = sum(int((array == 0).sum()) for array in arrays)
    assert examples.padding.share == pytest.approx(zeros / sum(array.size for array in arrays))
    assert {array.shape[1] for array in arrays} <= {round_up(length) for length in range(1, 101)}


def test_a_pass_counts_repeated_rows_as_padding():
    lengths = np.array([3, 9, 5])
    encoded = Encoded({"x": np.ones((3, 9))}, lengths)
    batches = list(cut(encoded, BatchShape(tokens=32, examples=1), longest=None))
    padding = Padding()
    for batch in batches:
        padding.add(batch.true, batch.computed)
    assert padding.true == lengths.sum()
    assert padding.computed == sum(batch.inputs["x"].size for batch in batches)


def test_examples_of_one_shape_have_no_padding():
    examples = Examples(take=lambda rows: np.ones((len(rows), 3)), labels=np.zeros(9, "int64"))
    assert Batches(examples, 4)[0][0].shape == (4, 3)
    assert examples.padding.share is None


def test_very_many_texts_are_encoded_batch_by_batch_to_the_same_arrays(monkeypatch):
    values, labels = texts(300), np.arange(300)
    kept = Batches(from_inputs(values, labels, Words(), round_up), 16, seed=1)
    monkeypatch.setattr("ftkeras.training.encoding._MOST_KEPT", 100)
    words = Words()
    streamed = Batches(from_inputs(values, labels, words, round_up), 16, seed=1)
    words.calls.clear()
    assert len(kept) == len(streamed)
    for index in range(len(kept)):
        for expected, found in zip(kept[index], streamed[index], strict=True):
            np.testing.assert_array_equal(expected, found)
    assert max(words.calls) == 16
