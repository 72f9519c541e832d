import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftkeras.contracts.backbone import Encoded
from ftkeras.training import feature_batches
from ftkeras.training.feature_batches import BatchShape, cut
from ftkeras.training.length_buckets import round_up

SHAPE = BatchShape(tokens=96, examples=4)


def encoded(lengths):
    """Row `i` holds `i + 1` at its true positions and zeros behind."""
    inside = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return Encoded({"x": inside * np.arange(1, len(lengths) + 1)[:, None]}, np.array(lengths))


@given(st.lists(st.integers(1, 200), min_size=1, max_size=60))
def test_every_example_once_whole_and_in_the_shape_of_its_own_length(lengths):
    batches = list(cut(encoded(lengths), SHAPE, longest=None))
    assert sorted(np.concatenate([batch.rows for batch in batches])) == list(range(len(lengths)))
    for batch in batches:
        for row, values in zip(batch.rows, batch.inputs["x"], strict=False):
            padded = round_up(lengths[row])
            assert batch.inputs["x"].shape == (max(1, 96 // padded), padded)
            assert values.tolist() == [row + 1] * lengths[row] + [0] * (padded - lengths[row])


def test_the_longest_come_first():
    rows = [batch.rows.tolist() for batch in cut(encoded([3, 90, 9, 5]), SHAPE, longest=None)]
    assert rows == [[1], [2], [0, 3]]


def test_a_batch_is_filled_with_repeats_of_its_own_rows():
    (batch,) = cut(encoded([3, 5]), SHAPE, longest=None)
    assert batch.rows.tolist() == [0, 1]
    assert batch.inputs["x"][:, 0].tolist() == [1, 2] * 6


def test_the_limit_on_the_length_is_kept():
    (batch,) = cut(encoded([18]), SHAPE, longest=20)
    assert batch.inputs["x"].shape == (4, 20)


def test_inputs_of_one_size_go_in_batches_of_one_size():
    images = Encoded({"image": np.arange(6.0).reshape(6, 1, 1, 1)})
    batches = list(cut(images, SHAPE, longest=None))
    assert [batch.rows.tolist() for batch in batches] == [[0, 1, 2, 3], [4, 5]]
    assert batches[1].inputs["image"].ravel().tolist() == [4, 5, 4, 5]


@pytest.mark.parametrize(
    ("devices", "kind"),
    [(["cpu:0"], "cpu"), (["cpu:0", "gpu:0"], "gpu"), (["TPU:0", "TPU:1"], "tpu")],
)
def test_the_device_is_what_keras_computes_on(monkeypatch, devices, kind):
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: devices)
    assert feature_batches.device() == kind


def test_an_accelerator_gets_larger_batches():
    cpu, gpu = feature_batches.shape_for("cpu"), feature_batches.shape_for("gpu")
    assert gpu.tokens > cpu.tokens
    assert gpu.examples > cpu.examples
