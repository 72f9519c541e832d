"""Weights of networks in timm's layout that KerasHub's own loader cannot place."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import safetensors
from keras_hub.src.utils import preset_utils
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader
from numpy.typing import NDArray

FAMILY = "hgnetv2"
_AFFINE = "stem.stem1.lab.scale"


def load(preset: str, settings: Mapping[str, Any]) -> keras.Model:
    """Builds an HGNetV2 of KerasHub and fills it from timm's checkpoint.

    KerasHub expects the two numbers of a learnable affine block as scalars, while timm stores
    vectors of one, so that B0 to B3 cannot be loaded; and it tells by the name of the training
    recipe whether there are such blocks, which the checkpoint itself knows.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`.
    """
    loader = preset_utils.get_preset_loader(preset)
    with _Checkpoint(preset, prefix="") as checkpoint:
        arguments = loader.converter.convert_backbone_config(settings)
        arguments["use_learnable_affine_block"] = checkpoint.holds(_AFFINE)
        backbone: keras.Model = loader.check_backbone_class()(**arguments)
        loader.converter.convert_weights(backbone, checkpoint, settings)
    return backbone


class _Checkpoint(SafetensorLoader):
    """Gives vectors of one number to scalars."""

    def holds(self, name: str) -> bool:
        try:
            self.get_tensor(name)
        except (KeyError, safetensors.SafetensorError):
            return False
        return True

    def port_weight(
        self,
        keras_variable: keras.Variable,
        hf_weight_key: str,
        hook_fn: Callable[[NDArray[Any], list[int]], NDArray[Any]] | None = None,
    ) -> None:
        if tuple(keras_variable.shape) == ():
            keras_variable.assign(self.get_tensor(hf_weight_key).reshape(()))
            return
        super().port_weight(keras_variable, hf_weight_key, hook_fn)
