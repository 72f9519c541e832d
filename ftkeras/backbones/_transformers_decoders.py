"""What KerasHub's loaders of decoders in Hugging Face's layout lose, restored or refused."""

from collections.abc import Mapping
from typing import Any

import keras
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader

from ftkeras.errors import UserError

# KerasHub rounds their embeddings to 16 bits: hidden states of a small random one move by 5.6e-3.
_ROUNDED = ("mistral",)
# KerasHub divides attention by the square root of the head's width, whatever the config says.
_SCALED = ("gemma2", "gemma3", "gemma3_text")


def restore(backbone: keras.Model, preset: str, settings: Mapping[str, Any]) -> None:
    """Puts back what was lost.

    Args:
        backbone: As KerasHub loaded it; changed in place.
        preset: A directory or an address.
        settings: The content of its `config.json`; nothing is done for KerasHub's own layout.

    Raises:
        UserError: The checkpoint needs something that the Keras graph cannot express.
    """
    family = settings.get("model_type")
    said = {**settings, **(settings.get("text_config") or {})}
    if family in _ROUNDED:
        with SafetensorLoader(preset) as weights:
            exact = weights.get_tensor("model.embed_tokens.weight")
        backbone.token_embedding.embeddings.assign(exact)
    scalar = said.get("query_pre_attn_scalar")
    if family in _SCALED and scalar not in (None, said.get("head_dim")):
        raise UserError(
            f"Expected query_pre_attn_scalar={said.get('head_dim')}, a head's width. Received: "
            f"query_pre_attn_scalar={scalar} in config.json of {preset}. KerasHub does not know "
            "it, and hidden states would be others."
        )
