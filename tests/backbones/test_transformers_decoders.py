"""What is told to KerasHub's constructors, and which configs are refused; no network is built."""

import pytest

from ftkeras.backbones import _transformers_decoders
from ftkeras.errors import UserError

LLAMA = {"model_type": "llama", "hidden_size": 16, "num_attention_heads": 2, "head_dim": 8}
STRETCHED = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}  # fmt: skip
GEMMA_3 = {"model_type": "gemma3_text", "num_hidden_layers": 7, "sliding_window": 512}
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
