"""What KerasHub's loaders of decoders in Hugging Face's layout lose, given back.

Mistral is rounded to 16 bits by KerasHub: float32 weights move the hidden states of a small random
one by 5.6e-3, weights that were published in 16 bits by nothing.
"""

from collections.abc import Mapping
from typing import Any

import keras

# KerasHub divides attention by the square root of the head's width, whatever the config says.
_SCALED = ("gemma2", "gemma3", "gemma3_text")


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
    said = {**settings, **(settings.get("text_config") or {})}
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
