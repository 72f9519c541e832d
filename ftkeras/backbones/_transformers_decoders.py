"""What KerasHub's loaders of decoders in Hugging Face's layout lose is refused.

Mistral is rounded to 16 bits by KerasHub: float32 weights move the hidden states of a small random
one by 5.6e-3, weights that were published in 16 bits by nothing.
"""

from collections.abc import Mapping
from typing import Any

from ftkeras.errors import UserError

# KerasHub divides attention by the square root of the head's width, whatever the config says.
_SCALED = ("gemma2", "gemma3", "gemma3_text")


def expect_expressible(preset: str, settings: Mapping[str, Any]) -> None:
    """Raises `UserError` where hidden states would be others than the checkpoint's.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`; nothing is done for KerasHub's own layout.

    Raises:
        UserError: The checkpoint needs something that the Keras graph cannot express.
    """
    family = settings.get("model_type")
    said = {**settings, **(settings.get("text_config") or {})}
    scalar = said.get("query_pre_attn_scalar")
    if family in _SCALED and scalar not in (None, said.get("head_dim")):
        raise UserError(
            f"Expected query_pre_attn_scalar={said.get('head_dim')}, a head's width. Received: "
            f"query_pre_attn_scalar={scalar} in config.json of {preset}. KerasHub does not know "
            "it, and hidden states would be others."
        )
