import keras
import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.heads.cosine import Cosine


def cosines(x, kernel):
    return x @ kernel / np.linalg.norm(x, axis=1)[:, None] / np.linalg.norm(kernel, axis=0)


def test_logits_are_scaled_cosines_before_and_after_training():
    keras.utils.set_random_seed(0)
    features = keras.Input((5,))
    model = keras.Model(features, Cosine(scale=10)(features, num_outputs=3))
    x = np.random.default_rng(0).normal(size=(12, 5)).astype("float32")
    for trained in (False, True):
        if trained:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(keras.optimizers.Adam(0.1), loss, jit_compile=False)
            model.fit(x, np.arange(12) % 3, batch_size=6, epochs=2, verbose=0)
        [kernel] = model.get_weights()
        np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1, rtol=1e-5)
        np.testing.assert_allclose(model(x), 10 * cosines(x, kernel), rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(model(3 * x), model(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("settings", [{"scale": 0}, {"dropout": 1}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        Cosine(**settings)
