import keras
import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.heads.linear import Linear


def test_logits_are_one_affine_map_of_the_features():
    features = keras.Input((5,))
    model = keras.Model(features, Linear(dropout=0.5)(features, num_outputs=3))
    x = np.random.default_rng(0).normal(size=(7, 5)).astype("float32")
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(model(x), x @ kernel + bias, rtol=1e-5, atol=1e-6)


def test_a_feature_map_is_averaged():
    features = keras.Input((4, 6, 5))
    model = keras.Model(features, Linear()(features, num_outputs=2))
    x = np.random.default_rng(0).normal(size=(3, 4, 6, 5)).astype("float32")
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(model(x), x.mean((1, 2)) @ kernel + bias, rtol=1e-5, atol=1e-5)


def test_a_padded_sequence_is_refused():
    with pytest.raises(UserError, match="mean_pooled"):
        Linear()(keras.Input((None, 5)), num_outputs=2)


@pytest.mark.parametrize("dropout", [-0.1, 1, "much"])
def test_a_dropout_that_is_no_rate_is_refused(dropout):
    with pytest.raises(UserError, match="dropout="):
        Linear(dropout=dropout)
