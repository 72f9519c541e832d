"""Weights of a Hugging Face checkpoint, for more checkpoints than KerasHub's own loader takes."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import keras_hub
import numpy as np
from keras_hub.src.utils import preset_utils
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader
from numpy.typing import NDArray

from ftkeras.backbones import (
    _preset_files,
    _timm_weights,
    _transformers_decoders,
    _transformers_esm,
)
from ftkeras.errors import UserError

# Families whose texts are read without eyes where their config names none.
_WITH_EYES = ("qwen3_5", "qwen3_5_moe")
# What the configs of Gemma 3 leave out, as transformers fills it in.
_GEMMA_3 = {"vocab_size": 262_208, "head_dim": 256}
# What the configs of Llama 1 and 2 leave out, as transformers fills it in.
_OLDER_LLAMA = {"rope_theta": 10_000.0, "tie_word_embeddings": False}
# What EmbeddingGemma has behind the mean.
_PROJECTIONS = ("2_Dense/model.safetensors", "3_Dense/model.safetensors")


def load(preset: str, settings: Mapping[str, Any]) -> tuple[keras.Model, bool]:
    """Builds a KerasHub text backbone and fills it from a Hugging Face checkpoint.

    Beyond KerasHub's loader it takes checkpoints whose tensors lack the family's prefix (`roberta.`
    and so on, as sentence-transformers saves them) or the pooler, tables with any number of
    segments, and it keeps RoBERTa's segment embedding, which that loader drops.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`.

    Returns:
        The backbone, and whether the checkpoint has a pooler.
    """
    loader = preset_utils.get_preset_loader(preset)
    sizes = {}
    if settings["model_type"] == "bert":
        sizes["num_segments"] = settings.get("type_vocab_size", 2)
    backbone = keras_hub.models.Backbone.from_preset(preset, load_weights=False, **sizes)
    with _Checkpoint(preset) as checkpoint:
        loader.converter.convert_weights(backbone, checkpoint, settings)
        if settings["model_type"] == "roberta":
            segment = checkpoint.get_tensor("roberta.embeddings.token_type_embeddings.weight")[0]
            positions = backbone.embeddings.position_embedding.position_embeddings
            positions.assign(positions + segment)
        return backbone, checkpoint.has_pooler


def load_any(preset: str, settings: Mapping[str, Any]) -> keras.Model:
    """Loads a backbone with KerasHub's own loader, and tells it what that would not read.

    Args:
        preset: What KerasHub's `from_preset` takes.
        settings: The content of its `config.json`.

    Raises:
        UserError: A checkpoint that KerasHub would build as another network.
    """
    family = settings.get("model_type")
    if str(settings.get("architecture", "")).startswith(_timm_weights.FAMILY):
        return _timm_weights.load(preset, settings)
    if family is None:
        loaded: keras.Model = keras_hub.models.Backbone.from_preset(preset)
        return loaded
    if family == "bart":
        _expect_plain_bart(preset, settings)
    if family == _transformers_esm.FAMILY:
        return _transformers_esm.load(preset, settings)
    _transformers_decoders.expect(preset, settings)
    projections = [_preset_files.path_of(preset, name) for name in _PROJECTIONS]
    told = _transformers_decoders.arguments(settings, has_projections=None not in projections)
    loader = preset_utils.get_preset_loader(preset)
    loader.config = _as_kerashub_reads(loader.config)
    backbone: keras.Model = loader.load_backbone(
        loader.check_backbone_class(), load_weights=True, **told
    )
    return backbone


def _as_kerashub_reads(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings under the names and in the places at which KerasHub looks for them."""
    said = dict(settings)
    if said["model_type"] == "bart":
        said.setdefault("num_hidden_layers", said["encoder_layers"])
    if said["model_type"] == "llama":
        said = {**_OLDER_LLAMA, "num_key_value_heads": said["num_attention_heads"], **said}
    if "num_local_experts" in said:  # as transformers 5 writes it
        said.setdefault("num_experts", said["num_local_experts"])
    if said["model_type"] in _WITH_EYES:
        said.pop("vision_config", None)
    if said["model_type"] == "gemma3":  # without its eyes, too
        return {**_GEMMA_3, **said["text_config"], "model_type": "gemma3_text"}
    return said


def _expect_plain_bart(preset: str, settings: Mapping[str, Any]) -> None:
    expected = {
        "activation_function": "gelu",
        "scale_embedding": False,
        "decoder_layers": settings["encoder_layers"],
        "decoder_ffn_dim": settings["encoder_ffn_dim"],
        "decoder_attention_heads": settings["encoder_attention_heads"],
    }
    for name, value in expected.items():
        if settings.get(name, value) != value:
            raise UserError(
                f"Expected {name}={value!r}, as KerasHub builds BART. Received: "
                f"{name}={settings[name]!r} in config.json of {preset}. Choose another checkpoint."
            )


class _Checkpoint(SafetensorLoader):
    """Finds tensors with or without the family's prefix, and does without the pooler."""

    has_pooler = True

    def get_prefixed_key(self, hf_weight_key: str, dict_like: Any) -> str:
        family, _, rest = hf_weight_key.partition(".")
        known = dict_like.keys()
        if family in ("albert", "distilbert", "roberta") and hf_weight_key not in known:
            return rest
        found: str = super().get_prefixed_key(hf_weight_key, dict_like)
        return found

    def port_weight(
        self,
        keras_variable: keras.Variable,
        hf_weight_key: str,
        hook_fn: Callable[[NDArray[Any], list[int]], NDArray[Any]] | None = None,
    ) -> None:
        if "pooler" in hf_weight_key and not self._holds(hf_weight_key):
            self.has_pooler = False
            keras_variable.assign(np.zeros(keras_variable.shape))
            return
        super().port_weight(keras_variable, hf_weight_key, hook_fn)

    def _holds(self, key: str) -> bool:
        """Whether the checkpoint has a tensor; it is asked after another one was read."""
        if self.safetensor_config is not None:
            names = list(self.safetensor_config["weight_map"])
        else:
            files = self.safetensor_files.values()
            names = [name for file in files for name in file.keys()]  # noqa: SIM118 - no mapping
        return any(name.endswith(key.removeprefix("albert.")) for name in names)
