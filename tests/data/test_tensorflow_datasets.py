import builtins

import numpy as np
import pytest
import tensorflow as tf

from ftkeras.data.sources.tensorflow_datasets import build
from ftkeras.errors import UserError


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Two data sets as the library writes them: one of texts, one of images."""
    tfds = pytest.importorskip("tensorflow_datasets")
    folder = tmp_path_factory.mktemp("tfds")
    kinds = {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["bad", "good"])}
    parts = {
        name: tf.data.Dataset.from_tensor_slices(
            {"text": [f"{name} Größe {row}" for row in range(count)],
             "label": [row % 2 for row in range(count)]}
        )
        for name, count in (("train", 10), ("test", 4))
    }  # fmt: skip
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3), dtype="uint8")
    pictures = {"image": tfds.features.Image(shape=(4, 5, 3)), "label": tfds.features.ClassLabel(num_classes=3)}  # fmt: skip
    image_parts = {"train": tf.data.Dataset.from_tensor_slices({"image": pixels, "label": [0, 1, 2]})}  # fmt: skip
    found = {}
    for name, features, splits in (("reviews", kinds, parts), ("pictures", pictures, image_parts)):
        builder = tfds.dataset_builders.store_as_tfds_dataset(
            name=name, version="1.0.0", features=tfds.features.FeaturesDict(features),
            split_datasets=splits, data_dir=str(folder),
        )  # fmt: skip
        found[name] = str(builder.data_dir)
    return found, pixels


def test_all_splits_are_read_with_the_names_of_classes(stored):
    dataset = build(stored[0]["reviews"], text="text")
    assert sorted(dataset.inputs[dataset.columns["part"] == "test"]) == [f"test Größe {row}" for row in range(4)]  # fmt: skip
    assert len(dataset) == 14
    for text, label in zip(dataset.inputs, dataset.labels, strict=True):
        assert label == ("bad", "good")[int(text.split()[-1]) % 2]
    assert dataset.locations[0].endswith("/train, example 0")


def test_a_slice_of_a_split_is_read_alone(stored):
    dataset = build(stored[0]["reviews"], text="text", split="train[:30%]")
    assert len(dataset) == 3


def test_images_keep_their_pixels(stored):
    dataset = build(stored[0]["pictures"], image="image")
    order = np.argsort(dataset.labels)
    np.testing.assert_array_equal(np.stack(list(dataset.inputs[order])), stored[1])


def test_wrong_names_and_a_missing_library_are_told(stored, monkeypatch):
    with pytest.raises(UserError, match="split='tset'"):
        build(stored[0]["reviews"], text="text", split="tset")
    with pytest.raises(UserError, match=r"feature `review`"):
        build(stored[0]["reviews"], text="review")
    real = builtins.__import__

    def without(name, *rest):
        if name == "tensorflow_datasets":
            raise ImportError("No module named 'tensorflow_datasets'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=r"pip install ftkeras\[tfds\]"):
        build(stored[0]["reviews"], text="text")
