"""Fingerprints: equal for equal computations, different for different ones."""

import keras
import numpy as np
import pytest
from keras import layers

from ftkeras.backbones._fingerprint import fingerprint


def network(swap=False, activation="relu", rate=0.1):
    """Two branches; Keras names the layers by counting."""
    inputs = keras.Input((3,))
    left = layers.Dense(2, activation=activation)(inputs)
    right = layers.Dense(2)(inputs)
    pair = [right, left] if swap else [left, right]
    outputs = layers.Dropout(rate)(layers.Subtract()(pair))
    model = keras.Model(inputs, outputs)
    weights = [(left, 1), (right, 2)]
    for tensor, value in weights:
        layer = next(found for found in model.layers if found.output is tensor)
        layer.set_weights([np.full((3, 2), value), np.zeros(2)])
    return model


def test_names_that_count_do_not_matter():
    one, other = network(), network()
    assert [layer.name for layer in one.layers] != [layer.name for layer in other.layers]
    assert fingerprint(one) == fingerprint(other)


def test_names_that_count_do_not_matter_inside_a_model_either():
    def nested():
        inputs = keras.Input((3,))
        return keras.Model(inputs, layers.Dense(1, kernel_initializer="ones")(network()(inputs)))

    assert fingerprint(nested()) == fingerprint(nested())


@pytest.mark.parametrize("change", [{"swap": True}, {"activation": "tanh"}, {"rate": 0.2}])
def test_what_is_computed_matters(change):
    assert fingerprint(network()) != fingerprint(network(**change))


def test_every_weight_matters():
    reference = fingerprint(network())
    for index in range(4):
        model = network()
        weights = model.get_weights()
        weights[index].flat[-1] += 1e-6
        model.set_weights(weights)
        assert fingerprint(model) != reference
