"""One 1 x 1 convolution, enlarged to the picture."""

import keras
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from ftkeras.errors import UserError
from ftkeras.heads.fully_convolutional import FullyConvolutional


def test_logits_are_a_dense_layer_at_each_place_enlarged():
    features = keras.Input((3, 4, 5))
    model = keras.Model(features, FullyConvolutional()(features, 2, (12, 16)))
    x = np.random.default_rng(0).normal(size=(1, 3, 4, 5)).astype("float32")
    kernel, bias = model.get_layer("logits").get_weights()
    small = x[0] @ kernel[0, 0] + bias
    places = np.meshgrid(
        (np.arange(12) + 0.5) * 3 / 12 - 0.5, (np.arange(16) + 0.5) * 4 / 16 - 0.5, indexing="ij"
    )
    expected = [map_coordinates(small[..., k], places, order=1, mode="nearest") for k in range(2)]
    np.testing.assert_allclose(np.asarray(model(x))[0], np.stack(expected, -1), atol=1e-5)


def test_vectors_are_refused():
    with pytest.raises(UserError, match="--tap=feature_map"):
        FullyConvolutional()(keras.Input((5,)), 2, (8, 8))
    with pytest.raises(UserError, match="Received"):
        FullyConvolutional(dropout=2)
