"""What KerasHub's loaders of decoders in Hugging Face's layout lose, given back or refused.

Their config says more than KerasHub reads. What its constructors can be told is told
(`arguments`), the scale of attention is put into weights (`restore`), and a checkpoint that needs
anything else is refused (`expect`): it would load without a word and compute something else. Small
random networks moved by the size of their states when Llama's biases or the stretched angles of
Llama 3 were lost, and by a quarter of it with another epsilon.

Mistral is rounded to 16 bits by KerasHub: float32 weights move the hidden states of a small random
one by 5.6e-3, weights that were published in 16 bits by nothing.
"""

from collections.abc import Mapping
from typing import Any

import keras

from ftkeras.errors import UserError

# KerasHub divides attention by the square root of the head's width, whatever the config says.
_SCALED = ("gemma2", "gemma3", "gemma3_text")
_GEMMA_3 = ("gemma3", "gemma3_text")
_GATED = {"hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
_GEMMA = {
    "attention_bias": False,
    "hidden_activation": "gelu_pytorch_tanh",
    "rms_norm_eps": 1e-6,
}
# Of each family, settings that KerasHub does not read, and the values with which it computes.
_BUILT_WITH: dict[str, dict[str, Any]] = {
    "llama": _GATED,
    "mistral": _GATED,
    "mixtral": _GATED,
    "qwen2": {"hidden_act": "silu", "use_sliding_window": False},
    "qwen2_moe": {"hidden_act": "silu", "use_sliding_window": False, "mlp_only_layers": []},
    "qwen3": _GATED,
    "qwen3_moe": {**_GATED, "use_sliding_window": False, "mlp_only_layers": []},
    "smollm3": {"hidden_act": "silu"},
    "gemma": {"attention_bias": False, "rms_norm_eps": 1e-6},
    "gemma2": _GEMMA,
    "gemma3": _GEMMA,
    "gemma3_text": _GEMMA,
    "gpt2": {
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
        "add_cross_attention": False,
    },
}
# Families whose heads are as wide as the states divided by their number.
_EVEN_HEADS = ("llama", "mixtral", "qwen2", "qwen2_moe", "smollm3")
# Every how many layers attention sees the whole text.
_WHOLE_EVERY = {"gemma2": 2, "gemma3": 6, "gemma3_text": 6}
_WAVELENGTH = {"gemma": 10_000.0, "gemma2": 10_000.0}
_WAVELENGTHS = {"sliding_attention": 10_000.0, "full_attention": 1_000_000.0}  # of Gemma 3
_LLAMA_3 = {
    "rope_frequency_adjustment_factor": "factor",
    "rope_low_freq_factor": "low_freq_factor",
    "rope_high_freq_factor": "high_freq_factor",
    "rope_pretraining_sequence_length": "original_max_position_embeddings",
}


def expect(preset: str, settings: Mapping[str, Any]) -> None:
    """Checks that KerasHub can build the network of a checkpoint.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`.

    Raises:
        UserError: It would build another one; the message names the setting.
    """
    family, said = settings.get("model_type"), _text_settings(settings)
    built = _BUILT_WITH.get(str(family))
    if built is not None:
        # Some that were made for embeddings see the whole text (GTE and KaLM on Qwen 2).
        for name, value in {**built, "is_causal": True}.items():
            _expect(preset, name, said.get(name, value), value)
    if family in _EVEN_HEADS and said.get("head_dim") is not None:
        even = said["hidden_size"] // said["num_attention_heads"]
        _expect(preset, "head_dim", said["head_dim"], even)
    if family in _WHOLE_EVERY:
        _expect_layers(preset, said, _WHOLE_EVERY[family])
    if family in (*_BUILT_WITH, *_WAVELENGTH):
        _expect_angles(preset, str(family), said)


def arguments(settings: Mapping[str, Any], has_projections: bool = False) -> dict[str, Any]:
    """Returns what KerasHub's constructor has to be told beyond what its loader reads.

    Args:
        settings: The content of `config.json`.
        has_projections: Whether the preset holds the two matrices of EmbeddingGemma behind its
            mean.
    """
    family, said = settings.get("model_type"), _text_settings(settings)
    told: dict[str, Any] = {}
    if family == "llama" and "rms_norm_eps" in said:
        told["layer_norm_epsilon"] = said["rms_norm_eps"]
    if family == "gpt2" and said.get("n_inner"):
        told["intermediate_dim"] = said["n_inner"]
    angles = _angles(said)
    if family == "llama" and _kind(angles) == "llama3":
        told |= {name: angles[key] for name, key in _LLAMA_3.items()}
    if family in _GEMMA_3 and said.get("use_bidirectional_attention"):
        # KerasHub sees one token less on the left; an odd window is symmetric.
        told["sliding_window_size"] = said["sliding_window"] // 2 * 2 + 1
        if not has_projections:  # they would be random
            told |= dict.fromkeys(("pooling_intermediate_dim", "embedding_dim"))
            told["is_embedding_model"] = False
    return told


def restore(backbone: keras.Model, settings: Mapping[str, Any]) -> None:
    """Gives queries the scale of the checkpoint's config: `query_pre_attn_scalar`.

    Attention is then `softmax(q k / sqrt(scalar))`, as in the original: the weights that make q
    carry `sqrt(head's width / scalar)`, so that saving and loading keep it. Where queries are
    normalised (Gemma 3), these are the weights of that normalisation, which KerasHub adds to 1.

    Args:
        backbone: What KerasHub loaded; its weights are changed.
        settings: The content of the preset's `config.json`; nothing is done for KerasHub's own
            layout.
    """
    said = _text_settings(settings)
    scalar, width = said.get("query_pre_attn_scalar"), said.get("head_dim")
    if settings.get("model_type") not in _SCALED or scalar in (None, width):
        return
    factor = (width / scalar) ** 0.5
    for layer in backbone.transformer_layers:
        attention = layer.attention
        if getattr(attention, "use_query_key_norm", False):
            scale = attention.query_norm.scale
            scale.assign((1.0 + scale) * factor - 1.0)
        else:
            kernel = attention.query_dense.kernel
            kernel.assign(kernel * factor)


def _text_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, **(settings.get("text_config") or {})}


def _angles(said: Mapping[str, Any]) -> dict[str, Any]:
    """How places turn queries and keys: `transformers` 5 and 4 write it differently."""
    return {
        **({"rope_theta": said["rope_theta"]} if "rope_theta" in said else {}),
        **(said.get("rope_scaling") or {}),
        **(said.get("rope_parameters") or {}),
    }


def _kind(angles: Mapping[str, Any]) -> str:
    return str(angles.get("rope_type", angles.get("type", "default")))


def _expect_layers(preset: str, said: Mapping[str, Any], every: int) -> None:
    built = [
        "sliding_attention" if (index + 1) % every else "full_attention"
        for index in range(said["num_hidden_layers"])
    ]
    _expect(preset, "layer_types", said.get("layer_types") or built, built)
    pattern = said.get("sliding_window_pattern") or every
    _expect(preset, "sliding_window_pattern", pattern, every)


def _expect_angles(preset: str, family: str, said: Mapping[str, Any]) -> None:
    angles = _angles(said)
    if family not in _GEMMA_3:
        kinds = ("default", "llama3") if family == "llama" else ("default",)
        if _kind(angles) not in kinds:
            _expect(preset, "rope_type", _kind(angles), kinds[-1])
        if family in _WAVELENGTH:
            wavelength = angles.get("rope_theta", _WAVELENGTH[family])
            _expect(preset, "rope_theta", wavelength, _WAVELENGTH[family])
        return
    nested = said.get("rope_parameters") or {}
    for layers, wavelength in _WAVELENGTHS.items():
        of_layers = nested.get(layers) or {}
        if _kind(of_layers) not in ("default", "linear"):
            _expect(preset, "rope_type", _kind(of_layers), "linear")
        _expect(preset, "rope_theta", of_layers.get("rope_theta", wavelength), wavelength)
    # The older layout: one stretching, of the layers that see the whole text.
    older = said.get("rope_scaling") or {}
    if _kind(older) not in ("default", "linear"):
        _expect(preset, "rope_type", _kind(older), "linear")
    whole = said.get("rope_theta", _WAVELENGTHS["full_attention"])
    _expect(preset, "rope_theta", whole, _WAVELENGTHS["full_attention"])
    near = said.get("rope_local_base_freq", _WAVELENGTHS["sliding_attention"])
    _expect(preset, "rope_local_base_freq", near, _WAVELENGTHS["sliding_attention"])


def _expect(preset: str, name: str, received: object, built: object) -> None:
    if received != built and not (received is None and built is False):
        raise UserError(
            f"Expected {name}={built!r}, with which KerasHub computes whatever the config says. "
            f"Received: {name}={received!r} in config.json of {preset}. Choose another checkpoint."
        )
