import keras
import numpy as np
import pytest
from scipy.stats import norm

from ftkeras.errors import UserError
from ftkeras.heads.mlp import Mlp


def test_the_hidden_layer_uses_exact_gelu_on_normalised_features():
    features = keras.Input((5,))
    model = keras.Model(features, Mlp(units=4)(features, num_outputs=3))
    x = np.random.default_rng(0).normal(size=(7, 5)) * 3
    kernel, bias = model.get_layer("hidden").get_weights()
    out_kernel, out_bias = model.get_layer("logits").get_weights()
    normal = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-3)
    hidden = normal @ kernel + bias
    expected = hidden * norm.cdf(hidden) @ out_kernel + out_bias
    np.testing.assert_allclose(model(x.astype("float32")), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("units", [0, 2.5])
def test_units_that_are_no_count_are_refused(units):
    with pytest.raises(UserError, match="units="):
        Mlp(units=units)
