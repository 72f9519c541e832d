"""Mixed precision of one backbone, and of nothing else."""

import dataclasses

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.model import build_model, features_model, freeze
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.phase_optimizer import optimizer
from ftkeras.training.precision import in_precision, name_of, needs_scaled_loss
from tests.helpers.tiny_backbone import sentences, text_backbone

HALVES = ["mixed_bfloat16", "mixed_float16"]
COARSE = {"mixed_bfloat16": 2**-8, "mixed_float16": 2**-11}


@pytest.mark.parametrize("precision", HALVES)
def test_answers_are_those_of_float32_rounded_and_only_the_backbone_is_coarse(precision):
    inputs = text_backbone().preprocess(sentences(8)[0]).arrays
    exact = np.asarray(features_model(text_backbone())(inputs))
    backbone = in_precision(text_backbone(), precision)
    model = build_model(backbone)
    coarse = features_model(backbone)(inputs)
    assert keras.backend.standardize_dtype(coarse.dtype) == "float32"
    difference = np.abs(np.asarray(coarse) - exact).max()
    assert 0 < difference < 20 * COARSE[precision] * np.abs(exact).max()
    assert {str(weight.dtype) for weight in model.weights if "seed" not in weight.path} == {
        "float32"
    }
    head = model.get_layer("head")
    assert {layer.compute_dtype for layer in head._flatten_layers()} == {"float32"}
    assert name_of(model) == f"float32+{precision}"
    assert keras.backend.standardize_dtype(model(inputs).dtype) == "float32"


def test_other_models_of_the_process_keep_their_precision(tmp_path):
    in_precision(text_backbone(), "mixed_float16")
    assert keras.config.dtype_policy().name == "float32"
    assert keras.layers.Dense(1).compute_dtype == "float32"
    assert name_of(text_backbone().model) == "float32"


def test_a_saved_model_is_refused_for_its_graph_says_what_it_computes_in():
    backbone = text_backbone()

    class SavedModelBackbone(keras.layers.Layer):
        """Of the same name."""

        def call(self, x):
            return x

    layer = SavedModelBackbone()
    given = keras.Input((3,))
    opaque = keras.Model(given, {"pooled": layer(given)})
    with pytest.raises(UserError, match="SavedModel"):
        in_precision(dataclasses.replace(backbone, model=opaque), "mixed_float16")


def test_float32_changes_nothing_at_all():
    backbone = text_backbone()
    assert in_precision(backbone, "float32") is backbone


def test_features_of_two_precisions_are_kept_apart(tmp_path):
    texts, _ = sentences(6)
    ids = np.array(texts)
    found = {}
    for precision in ("float32", *HALVES):
        backbone = in_precision(text_backbone(), precision)
        cache = FeatureCache(tmp_path, backbone, "mean_pooled")
        found[precision] = cache.features(ids, texts)
        assert cache.passes.computed == 6
        assert cache.key["precision"] == precision
    assert len(list(tmp_path.iterdir())) == 3
    assert (found["float32"] != found["mixed_bfloat16"]).any()


def test_float16_scales_the_loss_where_gradients_pass_through_it():
    backbone = in_precision(text_backbone(), "mixed_float16")
    model = build_model(backbone)
    freeze(backbone, Call("linear_probe"))
    assert not needs_scaled_loss(model)
    freeze(backbone, Call("top_blocks", {"count": 1}))
    assert needs_scaled_loss(model)
    made = optimizer(Phase(Call("everything"), ema=0.9), scale_loss=True)
    assert isinstance(made, keras.optimizers.LossScaleOptimizer)
    assert made.inner_optimizer.use_ema


def test_a_gradient_below_the_smallest_float16_still_moves_a_weight():
    """2^-26 is zero in float16; scaled up by 2^15 it is not."""
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    layer.dtype_policy = "mixed_float16"
    given = keras.Input((1,))
    model = keras.Model(given, layer(given))
    assert needs_scaled_loss(model)
    phase = Phase(Call("everything"), learning_rate=1.0, optimizer="sgd", weight_decay=0.0)
    moved = {}
    for scaled in (False, True):
        layer.kernel.assign([[0.0]])
        model.compile(
            optimizer(phase, scale_loss=scaled), auto_scale_loss=False,
            loss=lambda y, p: keras.ops.mean(keras.ops.cast(p, "float32")) * 2.0**-26,
        )  # fmt: skip
        model.train_on_batch(np.ones((1, 1), "float32"), np.ones((1, 1), "float32"))
        moved[scaled] = float(layer.kernel.numpy()[0, 0])
    assert moved == {False: 0.0, True: -(2.0**-26)}
