import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.data.content_digest import content_digest
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.from_batches import from_batches
from ftkeras.errors import UserError


class Cut(keras.utils.PyDataset):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, index):
        rows = slice(index * self.size, (index + 1) * self.size)
        return self.x[rows], self.y[rows]


IMAGES = np.random.default_rng(0).integers(0, 256, (7, 4, 4, 3), dtype="uint8")
LABELS = np.arange(7) % 3


@pytest.mark.parametrize(
    "make",
    [
        lambda x: tf.data.Dataset.from_tensor_slices((x, LABELS)).batch(3),
        lambda x: Cut(x, LABELS, 3),
        lambda x: Cut(x, LABELS[:, None], 2),
    ],
)
def test_batches_of_any_kind_are_the_arrays_they_were_cut_from(make):
    expected = from_arrays(IMAGES, LABELS)
    for pixels in (IMAGES, np.minimum(IMAGES + np.float32(0.25), 255)):
        dataset = from_batches(make(pixels))
        assert dataset.ids.tolist() == expected.ids.tolist()
        assert dataset.labels.tolist() == LABELS.tolist()


def test_texts_come_out_of_tensors_as_texts():
    texts = ["größer", "kleiner", "gleich"]
    dataset = from_batches(tf.data.Dataset.from_tensor_slices((texts, ["a", "b", "a"])).batch(2))
    assert dataset.inputs.tolist() == texts
    assert dataset.labels.tolist() == ["a", "b", "a"]
    assert dataset.ids[0] == content_digest("text", "größer")


@pytest.mark.parametrize(
    ("batches", "says"),
    [
        (tf.data.Dataset.from_tensors((["a"], [1])).repeat(), r"Leave \.repeat\(\) out"),
        (tf.data.Dataset.from_tensor_slices((["a"], [1])), r"Call \.batch\(32\)"),
        ([(["a"], [1], [1.0])], "with 3 parts. Leave weights"),
        ([["a", "b"]], "shapes"),
        ([(IMAGES[:2] / np.float32(255), [0, 1])], "Leave /255"),
        ([(IMAGES[:2] / np.float32(127.5) - 1, [0, 1])], "Leave /255"),
        ([(["a", "b"], [1])], "shapes"),
    ],
)
def test_what_is_no_data_is_refused(batches, says):
    with pytest.raises(UserError, match=says):
        from_batches(batches)


def test_data_without_an_end_are_refused_when_their_length_is_unknown():
    def endless():
        while True:
            yield ["a", "b"], [0, 1]

    with pytest.raises(UserError, match="most=10"):
        from_batches(endless(), most=10)
