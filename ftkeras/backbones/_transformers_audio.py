"""Audio encoders in Hugging Face's layout, for which KerasHub has no loader."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import keras_hub
import numpy as np
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader
from numpy.typing import NDArray

from ftkeras.backbones import _audio_preset, _preset_files
from ftkeras.backbones.preprocessing._sounds import expect_seconds
from ftkeras.backbones.preprocessing.log_mel import LogMel
from ftkeras.contracts.backbone import Preprocess
from ftkeras.errors import UserError

FAMILIES = ("whisper", "moonshine")


def graph(
    preset: str, settings: Mapping[str, Any], seconds: float | None
) -> tuple[keras.Model, Preprocess]:
    """Returns the encoder of a Hugging Face checkpoint, and how sounds become its inputs.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`; its family is one of `FAMILIES`.
        seconds: Longest sound; `None` takes the checkpoint's own.

    Raises:
        UserError: The checkpoint needs what the Keras graph cannot express.
    """
    extractor = _preset_files.json_of(preset, "preprocessor_config.json") or {}
    if settings["model_type"] == "whisper":
        return _whisper(preset, settings, extractor, seconds)
    return _moonshine(preset, settings, extractor, seconds)


def _whisper(
    preset: str, settings: Mapping[str, Any], extractor: Mapping[str, Any], seconds: float | None
) -> tuple[keras.Model, Preprocess]:
    _expect(preset, settings, "activation_function", "gelu")
    backbone = keras_hub.models.WhisperBackbone(
        vocabulary_size=1,  # the decoder is left out
        num_layers=settings["encoder_layers"],
        num_heads=settings["encoder_attention_heads"],
        hidden_dim=settings["d_model"],
        intermediate_dim=settings["encoder_ffn_dim"],
        num_mels=settings["num_mel_bins"],
        dropout=settings.get("dropout", 0.0),
        max_encoder_sequence_length=2 * settings["max_source_positions"],
        max_decoder_sequence_length=1,
    )
    with SafetensorLoader(preset) as weights:
        _convolution(backbone.encoder_conv_layer_1, weights, "encoder.conv1")
        _convolution(backbone.encoder_conv_layer_2, weights, "encoder.conv2")
        positions = weights.get_tensor("encoder.embed_positions.weight")
        backbone.encoder_position_embedding.position_embeddings.assign(positions)
        for index, layer in enumerate(backbone.encoder_transformer_layers):
            at = f"encoder.layers.{index}"
            attention = layer._self_attention_layer
            for dense, name in (
                (attention.query_dense, "q_proj"),
                (attention.key_dense, "k_proj"),
                (attention.value_dense, "v_proj"),
                (attention.output_dense, "out_proj"),
            ):
                _dense(dense, weights, f"{at}.self_attn.{name}")
            _norm(layer._self_attention_layer_norm, weights, f"{at}.self_attn_layer_norm")
            _dense(layer._feedforward_intermediate_dense, weights, f"{at}.fc1")
            _dense(layer._feedforward_output_dense, weights, f"{at}.fc2")
            _norm(layer._feedforward_layer_norm, weights, f"{at}.final_layer_norm")
        _norm(backbone.encoder_layer_norm, weights, "encoder.layer_norm")
    rate, stride = extractor.get("sampling_rate", 16_000), extractor.get("hop_length", 160)
    longest = 2 * settings["max_source_positions"] * stride / rate
    preprocess = LogMel(
        expect_seconds(seconds or longest, longest),
        num_mels=settings["num_mel_bins"],
        sampling_rate=rate,
        window=extractor.get("n_fft", 400),
        stride=stride,
    )
    return _audio_preset.whisper(backbone), preprocess


def _moonshine(
    preset: str, settings: Mapping[str, Any], extractor: Mapping[str, Any], seconds: float | None
) -> tuple[keras.Model, Preprocess]:
    _expect(preset, settings, "encoder_hidden_act", "gelu")
    heads = settings["encoder_num_attention_heads"]
    if settings.get("encoder_num_key_value_heads", heads) not in (None, heads):
        _expect(preset, settings, "encoder_num_key_value_heads", heads)
    width, inner = settings["hidden_size"], settings["intermediate_size"]
    if inner % width:
        _expect(preset, settings, "intermediate_size", inner // width * width)
    rotary = {**settings, **(settings.get("rope_parameters") or {})}
    backbone = keras_hub.models.MoonshineBackbone(
        vocabulary_size=1,  # the decoder is left out
        filter_dim=width,
        encoder_num_layers=settings["encoder_num_hidden_layers"],
        decoder_num_layers=1,
        hidden_dim=width,
        intermediate_dim=inner,
        encoder_num_heads=heads,
        decoder_num_heads=heads,
        feedforward_expansion_factor=inner // width,
        partial_rotary_factor=rotary.get("partial_rotary_factor", 0.9),
        rope_theta=rotary.get("rope_theta", 10_000.0),
        attention_bias=settings.get("attention_bias", False),
        attention_dropout=settings.get("attention_dropout", 0.0),
    )
    with SafetensorLoader(preset) as weights:
        for name in ("conv1", "conv2", "conv3"):
            _convolution(getattr(backbone, name), weights, f"encoder.{name}")
        _norm(backbone.group_norm, weights, "encoder.groupnorm")
        for index, layer in enumerate(backbone.encoder_blocks):
            at = f"encoder.layers.{index}"
            attention = layer.self_attention_layer
            for dense, name in (
                (attention.query_dense, "q_proj"),
                (attention.key_dense, "k_proj"),
                (attention.value_dense, "v_proj"),
                (attention.output_dense, "o_proj"),
            ):
                _dense(dense, weights, f"{at}.self_attn.{name}")
            _norm(layer.self_attention_layer_norm, weights, f"{at}.input_layernorm")
            _dense(layer.feedforward.dense_1, weights, f"{at}.mlp.fc1")
            _dense(layer.feedforward.dense_2, weights, f"{at}.mlp.fc2")
            _norm(layer.feedforward_layer_norm, weights, f"{at}.post_attention_layernorm")
        _norm(backbone.encoder_final_layer_norm, weights, "encoder.layer_norm")
    return _audio_preset.moonshine(
        backbone,
        seconds,
        extractor.get("sampling_rate", 16_000),
        extractor.get("do_normalize", False),
    )


def _expect(preset: str, settings: Mapping[str, Any], name: str, value: object) -> None:
    if settings.get(name, value) != value:
        raise UserError(
            f"Expected {name}={value!r}. Received: {name}={settings[name]!r} in config.json of "
            f"{preset}. This checkpoint cannot be loaded faithfully."
        )


def _dense(layer: keras.layers.Layer, weights: SafetensorLoader, name: str) -> None:
    _port(layer.kernel, weights, f"{name}.weight", np.transpose)
    if layer.bias is not None:
        _port(layer.bias, weights, f"{name}.bias")


def _convolution(layer: keras.layers.Layer, weights: SafetensorLoader, name: str) -> None:
    _port(layer.kernel, weights, f"{name}.weight", lambda array: array.transpose(2, 1, 0))
    if layer.use_bias:
        _port(layer.bias, weights, f"{name}.bias")


def _norm(layer: keras.layers.Layer, weights: SafetensorLoader, name: str) -> None:
    _port(layer.gamma, weights, f"{name}.weight")
    if layer.beta is not None:
        _port(layer.beta, weights, f"{name}.bias")


def _port(
    variable: keras.Variable,
    weights: SafetensorLoader,
    name: str,
    turned: Callable[[NDArray[Any]], NDArray[Any]] = np.asarray,
) -> None:
    variable.assign(turned(weights.get_tensor(name)).reshape(variable.shape))
