"""What is told to KerasHub's constructors, which configs are refused, and the scale of queries."""

import functools

import keras_hub
import numpy as np
import pytest
from scipy.special import softmax

from ftkeras.backbones import _transformers_decoders
from ftkeras.errors import UserError

LLAMA = {"model_type": "llama", "hidden_size": 16, "num_attention_heads": 2, "head_dim": 8}
STRETCHED = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}  # fmt: skip
GEMMA_3 = {"model_type": "gemma3_text", "num_hidden_layers": 7, "sliding_window": 512}
GEMMA = {
    "vocabulary_size": 20, "num_layers": 1, "num_query_heads": 2, "num_key_value_heads": 1,
    "hidden_dim": 16, "intermediate_dim": 16, "head_dim": 4,
}  # fmt: skip
LAYERS = ["sliding_attention"] * 5 + ["full_attention", "sliding_attention"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({**LLAMA, "head_dim": 16}, "head_dim=16"),
        ({**LLAMA, "attention_bias": True}, "attention_bias=True"),
        ({**LLAMA, "mlp_bias": True}, "mlp_bias=True"),
        ({**LLAMA, "hidden_act": "gelu"}, "hidden_act='gelu'"),
        ({**LLAMA, "rope_scaling": {"type": "linear", "factor": 2.0}}, "rope_type='linear'"),
        ({**LLAMA, "rope_parameters": {"rope_type": "yarn"}}, "rope_type='yarn'"),
        ({"model_type": "qwen2", "use_sliding_window": True}, "use_sliding_window=True"),
        ({"model_type": "qwen2", "is_causal": False}, "is_causal=False"),
        ({"model_type": "qwen3_moe", "mlp_only_layers": [0]}, r"mlp_only_layers=\[0\]"),
        ({"model_type": "gemma", "rope_theta": 100.0}, "rope_theta=100.0"),
        ({"model_type": "gemma", "num_hidden_layers": 2, "attention_bias": True}, "attention_bias"),
        ({"model_type": "gemma2", "num_hidden_layers": 2, "rms_norm_eps": 0.1}, "rms_norm_eps=0.1"),
        ({"model_type": "gpt2", "activation_function": "relu"}, "activation_function='relu'"),
        ({"model_type": "gpt2", "layer_norm_epsilon": 0.1}, "layer_norm_epsilon=0.1"),
        ({**GEMMA_3, "rms_norm_eps": 0.1}, "rms_norm_eps=0.1"),
        ({**GEMMA_3, "layer_types": LAYERS[::-1]}, "layer_types"),
        ({**GEMMA_3, "sliding_window_pattern": 2}, "sliding_window_pattern=2"),
        ({**GEMMA_3, "rope_local_base_freq": 9.0}, "rope_local_base_freq=9.0"),
        ({**GEMMA_3, "rope_scaling": {"rope_type": "yarn"}}, "rope_type='yarn'"),
        (
            {**GEMMA_3, "rope_parameters": {"full_attention": {"rope_theta": 7.0}}},
            "rope_theta=7.0",
        ),
        ({"model_type": "gemma3", "text_config": {**GEMMA_3, "rms_norm_eps": 1.0}}, "rms_norm_eps"),
    ],
)
def test_a_config_that_kerashub_computes_otherwise_is_refused(settings, named):
    with pytest.raises(UserError, match=named):
        _transformers_decoders.expect("directory", settings)


@pytest.mark.parametrize(
    "settings",
    [
        {**LLAMA, "attention_bias": False, "hidden_act": "silu"},
        {**LLAMA, "rope_scaling": STRETCHED},
        {**LLAMA, "rope_parameters": {"rope_type": "default", "rope_theta": 5e5}},
        {**GEMMA_3, "layer_types": LAYERS, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
        {"model_type": "gemma", "hidden_act": "gelu", "num_hidden_layers": 2},
        {"model_type": "bert"},
        {},
    ],
)
def test_a_published_config_is_taken(settings):
    _transformers_decoders.expect("directory", settings)


def test_what_kerashub_does_not_read_is_told():
    told = _transformers_decoders.arguments(
        {**LLAMA, "rms_norm_eps": 1e-5, "rope_parameters": STRETCHED}
    )
    assert told == {
        "layer_norm_epsilon": 1e-5,
        "rope_frequency_adjustment_factor": 8.0,
        "rope_low_freq_factor": 1.0,
        "rope_high_freq_factor": 4.0,
        "rope_pretraining_sequence_length": 16,
    }
    assert _transformers_decoders.arguments({"model_type": "qwen2", "rms_norm_eps": 1.0}) == {}


@pytest.mark.parametrize(("window", "told"), [(512, 513), (5, 5)])
def test_the_window_of_embedding_gemma_is_symmetric(window, told):
    settings = {**GEMMA_3, "sliding_window": window, "use_bidirectional_attention": True}
    found = _transformers_decoders.arguments(settings, has_projections=True)
    assert found == {"sliding_window_size": told}
    without = _transformers_decoders.arguments(settings)
    assert without["is_embedding_model"] is False


@pytest.mark.parametrize("family", ["gemma2", "gemma3_text"])
def test_queries_of_gemma_with_27_billion_weights_get_their_scale(family):
    """Its scalar is the states' width over the number of heads, which is not a head's width."""
    kind = keras_hub.models.GemmaBackbone
    if family == "gemma3_text":
        kind = functools.partial(
            keras_hub.models.Gemma3Backbone, image_size=None, use_query_key_norm=True
        )
    # As KerasHub's loader asks, and its blocks leave out: else it would be scaled twice.
    backbone = kind(**GEMMA, query_head_dim_normalize=False)
    attention = backbone.transformer_layers[0].attention

    def logits():
        query = np.random.default_rng(0).normal(size=(1, 3, 16)).astype("float32")
        query = attention.query_dense(query)
        query = attention.query_norm(query) if family == "gemma3_text" else query
        key = np.random.default_rng(1).normal(size=(1, 3, 1, 4)).astype("float32")
        value = np.zeros((1, 3, 1, 4), "float32")
        value[0, :, 0, :3] = np.eye(3)  # so that what comes out are the weights of attention
        weights = attention._compute_attention(query, key, value, None)
        return np.asarray(query), key, np.asarray(weights)[..., :3]

    query, key, _ = logits()
    said = {"model_type": family, "head_dim": 4, "query_pre_attn_scalar": 8}
    _transformers_decoders.restore(backbone, said)
    expected = np.einsum("btnh,bsh->btns", query, key[:, :, 0]) / np.sqrt(8)
    np.testing.assert_allclose(logits()[2], softmax(expected, axis=-1), atol=1e-6)
