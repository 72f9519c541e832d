"""What KerasHub's loader of ESM in Hugging Face's layout loses, given back or refused."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import safetensors
from keras_hub.src.utils import preset_utils
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader

from ftkeras.errors import UserError

FAMILY = "esm"
# Of the tokens that pretraining chose, and of these those that it masked.
_MASKED_IN_TRAINING = 0.15 * 0.8


def load(preset: str, settings: Mapping[str, Any]) -> keras.Model:
    """Builds KerasHub's ESM and fills it from a Hugging Face checkpoint.

    With `token_dropout`, as ESM-2 was trained, vectors of tokens are multiplied by the share that
    pretraining did not mask, 0.88, and those of masks are zero. Places are counted from one beyond
    the padding's id, where KerasHub counts from that id. Both are put into the tables.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`.

    Raises:
        UserError: It is a decoder, or a network that folds proteins.
    """
    for name in ("is_decoder", "is_folding_model"):
        if settings.get(name):
            raise UserError(
                f"Expected an encoder of proteins. Received: {name}=True in config.json of "
                f"{preset}. Choose another checkpoint."
            )
    loader = preset_utils.get_preset_loader(preset)
    backbone: keras.Model = loader.load_backbone(
        loader.check_backbone_class(),
        load_weights=False,
        activation="gelu",
        max_wavelength=settings.get("rope_theta", 10_000.0),
    )
    with _Checkpoint(preset) as checkpoint:
        loader.converter.convert_weights(backbone, checkpoint, settings)
    _restore(backbone, settings)
    return backbone


def _restore(backbone: keras.Model, settings: Mapping[str, Any]) -> None:
    if settings.get("token_dropout"):
        table = np.array(backbone.token_embedding.embeddings) * (1 - _MASKED_IN_TRAINING)
        if settings.get("mask_token_id") is not None:
            table[settings["mask_token_id"]] = 0.0
        backbone.token_embedding.embeddings.assign(table)
    if backbone.position_embedding_type == "absolute":
        places = backbone.position_embedding.position_embeddings
        table = np.array(places)
        places.assign(np.concatenate([table[1:], table[-1:]]))


class _Checkpoint(SafetensorLoader):
    """Finds norms under their older names, under which transformers 5 saves ESM's."""

    def get_tensor(self, hf_weight_key: str) -> Any:
        try:
            return super().get_tensor(hf_weight_key)
        except (KeyError, safetensors.SafetensorError):
            older = hf_weight_key.replace("LayerNorm.weight", "LayerNorm.gamma")
            return super().get_tensor(older.replace("LayerNorm.bias", "LayerNorm.beta"))
