import keras
import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.heads.multi_sample_dropout import MultiSampleDropout


def test_it_answers_as_one_dense_layer_and_trains_on_the_mean_of_several_dropouts():
    keras.utils.set_random_seed(0)
    features = keras.Input((400,))
    x = np.ones((50, 400), "float32")
    spread = {}
    for samples in (2, 8):
        head = MultiSampleDropout(samples=samples)
        model = keras.Model(features, head(features, num_outputs=1))
        kernel, bias = model.get_layer("logits").get_weights()
        np.testing.assert_allclose(model(x), x @ kernel + bias, rtol=1e-4, atol=1e-5)
        model.get_layer("logits").set_weights([np.ones_like(kernel), bias])
        spread[samples] = np.asarray(model(x, training=True)).var()
    # One sample at rate 1/2: 400 terms that are 0 or 2, so a variance of 400; their mean n times
    # less. A ratio of variances of 50 values stays within a factor of 2 at any usual seed.
    for samples, variance in spread.items():
        assert 0.5 < variance / (400 / samples) < 2


@pytest.mark.parametrize("settings", [{"samples": 1}, {"dropout": 1}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        MultiSampleDropout(**settings)
