import dataclasses

import keras
import numpy as np
import pytest

from ftkeras import backbones
from ftkeras.backbones import random_twin
from ftkeras.backbones._fingerprint import fingerprint
from tests.helpers.tiny_backbone import text_backbone


def test_a_twin_has_the_same_graph_and_other_weights():
    backbone = text_backbone(width=8, seed=1)
    before = [weight.copy() for weight in backbone.model.get_weights()]
    twin = random_twin(backbone, seed=5)
    assert twin.model.count_params() == backbone.model.count_params()
    assert [w.shape for w in twin.model.weights] == [w.shape for w in backbone.model.weights]
    kernels = [w.ndim == 2 for w in before]
    same = [np.array_equal(a, b) for a, b in zip(before, twin.model.get_weights(), strict=True)]
    assert not any(same[i] for i, kernel in enumerate(kernels) if kernel)
    assert all(
        np.array_equal(a, b) for a, b in zip(before, backbone.model.get_weights(), strict=True)
    )
    tokens = {"token_ids": np.array([[3, 9]]), "padding_mask": np.ones((1, 2), "int32")}
    assert twin.model(tokens)["mean_pooled"].shape == (1, 8)


def test_its_blocks_hold_its_own_layers():
    backbone = text_backbone()
    twin = random_twin(backbone)
    assert [block.name for block in twin.blocks] == [block.name for block in backbone.blocks]
    own = {id(layer) for layer in twin.model.layers}
    for block, original in zip(twin.blocks, backbone.blocks, strict=True):
        assert [layer.name for layer in block.layers] == [la.name for la in original.layers]
        assert {id(layer) for layer in block.layers} <= own


def test_equal_seeds_give_equal_bits():
    backbone = text_backbone()
    one, same, other = (random_twin(backbone, seed=seed) for seed in (1, 1, 2))
    assert one.fingerprint == same.fingerprint == fingerprint(one.model)
    assert len({one.fingerprint, other.fingerprint, fingerprint(backbone.model)}) == 3


def test_models_inside_the_model_are_drawn_anew_too():
    backbone = text_backbone()
    inner = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, name="inside")])
    model = keras.Model(
        backbone.model.input, {"mean_pooled": inner(backbone.model.output["mean_pooled"])}
    )
    whole = dataclasses.replace(backbone, model=model, taps=("mean_pooled",))
    twin = random_twin(whole, seed=3)
    assert not np.array_equal(twin.model.get_weights()[-2], model.get_weights()[-2])


def test_it_is_offered_by_name():
    assert "random_twin" in dir(backbones)
    with pytest.raises(AttributeError):
        backbones.no_such_name  # noqa: B018
