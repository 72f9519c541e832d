"""Models of keras.applications; their own functions are the reference."""

import keras
import numpy as np
import pytest
from keras import applications

from ftkeras.backbones import application, load_backbone
from ftkeras.errors import UserError
from ftkeras.transferability.leep import Leep


@pytest.mark.parametrize("name", application.names())
def test_the_graph_scales_as_preprocess_input_does(name):
    preprocess_input = application._preprocess_input(name)
    scale, offset, reverse = application._affine(preprocess_input)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3)).astype("float32")
    expected = preprocess_input(pixels.copy())
    ordered = pixels[..., ::-1] if reverse else pixels
    np.testing.assert_allclose(ordered * scale + offset, expected, atol=1e-4)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A weights file without classifier, and the model it was saved from."""
    keras.utils.set_random_seed(6)
    model = applications.MobileNet(
        alpha=1.0, include_top=False, weights=None, input_shape=(32, 32, 3)
    )
    path = tmp_path_factory.mktemp("weights") / "mobilenet.weights.h5"
    model.save_weights(path)
    return path, model


def test_a_weights_file_gives_its_features(weights):
    path, model = weights
    backbone = load_backbone("application://mobilenet", image_size=32, weights=str(path))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    found = backbone.model(pixels)
    expected = model(applications.mobilenet.preprocess_input(pixels.copy()))
    np.testing.assert_allclose(found["feature_map"], expected, atol=1e-5)
    np.testing.assert_allclose(found["pooled"], np.mean(expected, axis=(1, 2)), atol=1e-5)
    in_blocks = [id(w) for block in backbone.blocks for la in block.layers for w in la.weights]
    assert sorted(in_blocks) == sorted(id(weight) for weight in backbone.model.weights)


def test_the_classifier_answers_when_it_is_asked_for():
    handle = "application://mobilenet"
    backbone = load_backbone(handle, weights=None, image_size=32, classifier=True)
    assert backbone.taps[:3] == ("pooled", "feature_map", "class_probabilities")
    plain = applications.MobileNet(weights=None, input_shape=(32, 32, 3))
    plain.set_weights(backbone.model.get_weights())
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    expected = plain(applications.mobilenet.preprocess_input(pixels.copy()))
    found = np.asarray(backbone.model(pixels)["class_probabilities"])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    labels = np.array([0, 1])
    assert Leep()(found, labels) <= 0


SMALL = (
    *("ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "InceptionV3"),
    *("MobileNet", "MobileNetV2", "MobileNetV3Small", "NASNetMobile", "ResNet50", "ResNet50V2"),
    *("VGG16", "Xception", "InceptionResNetV2"),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_every_family_loads_with_its_own_preprocessing_taps_and_blocks(name):
    size = 75 if "ception" in name else 32
    backbone = load_backbone(f"application://{name}", weights=None, image_size=size)
    assert backbone.taps[:2] == ("pooled", "feature_map")
    make = getattr(applications, name)
    plain = make(include_top=False, weights=None, input_shape=(size, size, 3))
    plain.set_weights(backbone.model.get_weights())
    pixels = np.random.default_rng(0).integers(0, 256, (1, size, size, 3)).astype("float32")
    expected = plain(application._preprocess_input(name)(pixels.copy()))
    found = backbone.model(pixels)
    np.testing.assert_allclose(found["feature_map"], expected, atol=1e-3, rtol=1e-4)
    in_blocks = [id(w) for block in backbone.blocks for la in block.layers for w in la.weights]
    assert sorted(in_blocks) == sorted(id(weight) for weight in backbone.model.weights)
    assert len(backbone.blocks) > 4


def test_blue_comes_first_where_caffe_wanted_it():
    backbone = load_backbone("application://VGG16", image_size=32, weights=None)
    pixels = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3)).astype("float32")
    plain = applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    plain.set_weights(backbone.model.get_weights())
    expected = plain(applications.vgg16.preprocess_input(pixels.copy()))
    np.testing.assert_allclose(backbone.model(pixels)["feature_map"], expected, atol=1e-5)
    assert [block.name for block in backbone.blocks] == [f"block{i}" for i in range(1, 6)]


def test_the_size_the_weights_were_trained_at_is_the_default():
    backbone = load_backbone("application://MobileNetV3Small", weights=None)
    assert backbone.preprocess.size == (224, 224)


@pytest.mark.parametrize("handle", ["application://BERT", "application://resnet"])
def test_an_unknown_name_lists_the_known(handle):
    with pytest.raises(UserError, match=r"ResNet50.*Received"):
        load_backbone(handle)


def test_a_weights_file_that_is_not_there_or_not_right_is_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        load_backbone("application://MobileNet", image_size=32, weights=str(tmp_path / "no.h5"))
    (tmp_path / "bad.weights.h5").write_bytes(b"nothing")
    with pytest.raises(UserError, match="without its classifier"):
        load_backbone(
            "application://MobileNet", image_size=32, weights=str(tmp_path / "bad.weights.h5")
        )


def test_a_size_that_is_too_small_is_refused():
    with pytest.raises(UserError, match="8 x 8"):
        load_backbone("application://MobileNet", image_size=8, weights=None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["EfficientNetB1", "EfficientNetV2B2", "InceptionV3", "MobileNetV2", "Xception"]
)
def test_default_sizes_are_those_of_keras(name):
    model = getattr(applications, name)(weights=None)
    assert model.input.shape[1] == application._SIZES.get(name, application._DEFAULT_SIZE)
