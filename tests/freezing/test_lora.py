import dataclasses

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block
from ftkeras.errors import UserError
from ftkeras.freezing.lora import Lora
from ftkeras.model import build_model, freeze, merge
from tests.freezing.thawing import fit, values
from tests.helpers.tiny_backbone import sentences, text_backbone

RULE = Call("lora", {"rank": 2, "alpha": 3.0})


def attention_backbone():
    """Dense and einsum layers under the names that attention gives them."""
    plain = text_backbone()
    tokens = keras.Input((None,), dtype="int32", name="token_ids")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    embed = keras.layers.Embedding(100, 8, name="embed")
    query = keras.layers.Dense(8, name="query")
    value = keras.layers.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="de", name="value")
    flat = keras.layers.Reshape((-1, 8))(value(query(embed(tokens))))
    x = keras.layers.GlobalAveragePooling1D()(flat, mask=keras.ops.cast(mask, "bool"))
    model = keras.Model({"token_ids": tokens, "padding_mask": mask}, {"mean_pooled": x})
    blocks = (Block("embeddings", (embed,)), Block("layer_0", (query, value)))
    return dataclasses.replace(plain, model=model, taps=("mean_pooled",), blocks=blocks)


def test_only_the_small_matrices_move_until_they_are_merged(tmp_path):
    backbone = attention_backbone()
    x = backbone.preprocess(sentences(6, seed=5)[0]).arrays
    plain = build_model(backbone)
    names = list(values(backbone))
    untouched = np.asarray(plain(x))
    freeze(backbone, RULE)
    np.testing.assert_array_equal(plain(x), untouched)
    merge(backbone, RULE)
    model, moved = fit(backbone, RULE)
    assert moved == {f"{layer}/lora_kernel_{one}" for layer in ("query", "value") for one in "ab"}
    kernels = {path: value for path, value in values(backbone).items() if "lora" not in path}
    trained = np.asarray(model(x))
    query = backbone.model.get_layer("query")
    product = query.lora_kernel_a.numpy() @ query.lora_kernel_b.numpy()
    merge(backbone, RULE)
    # alpha / rank = 1.5
    expected = kernels["query/kernel"] + 1.5 * product
    np.testing.assert_allclose(query.kernel.numpy(), expected, atol=1e-6)
    np.testing.assert_allclose(model(x), trained, atol=1e-6)
    assert np.abs(trained - untouched).max() > 1e-3
    assert list(values(backbone)) == names
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(x), trained, atol=1e-6)
    assert again.count_params() == model.count_params() == plain.count_params()


def test_everything_can_train_after_a_merge():
    backbone = attention_backbone()
    fit(backbone, RULE)
    merge(backbone, RULE)
    _, moved = fit(backbone, Call("everything"))
    assert moved == set(values(backbone))


def test_layers_that_are_not_there_are_answered_with_those_that_are():
    with pytest.raises(UserError, match="dense_0, dense_1"):
        Lora()(text_backbone().blocks)


@pytest.mark.parametrize("settings", [{"rank": 0}, {"alpha": 0}, {"alpha": "much"}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        Lora(**settings)
