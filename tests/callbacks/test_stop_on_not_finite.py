import keras
import numpy as np
import pytest

from ftkeras.callbacks.stop_on_not_finite import StopOnNotFinite
from ftkeras.errors import UserError


def fit(x):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model.fit(x, np.zeros(len(x)), epochs=1, callbacks=[StopOnNotFinite()], verbose=0)


def test_a_loss_that_is_not_a_number_ends_training_with_a_message():
    with pytest.raises(UserError, match=r"loss=nan.*learning_rate"):
        fit(np.array([[np.nan]]))


def test_a_finite_loss_goes_on():
    assert len(fit(np.ones((4, 1))).history["loss"]) == 1
