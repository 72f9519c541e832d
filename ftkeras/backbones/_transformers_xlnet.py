"""XLNet in Hugging Face's layout, of which KerasHub has a network without loader or tokenizer."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras_hub.src.utils.transformers.safetensor_utils import SafetensorLoader

from ftkeras.backbones import _preset_files
from ftkeras.backbones.layers.last_token import LastToken
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.layers.xlnet_block import XlnetBlock
from ftkeras.backbones.layers.xlnet_places import XlnetPlaces
from ftkeras.backbones.preprocessing._tokenizer_json import FILE, TokenizerJson
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError

FAMILY = "xlnet"
_LONGEST = 512
_ACTIVATIONS = ("gelu", "relu", "silu")
_INPUTS = ("token_ids", "segment_ids", "padding_mask")


def graph(
    preset: str, settings: Mapping[str, Any], sequence_length: int | None
) -> tuple[keras.Model, Text]:
    """Returns XLNet from tokens to its taps, and how texts become its inputs.

    Its content stream on one sequence without memory, as in fine-tuning. The class token stands
    last, in a segment of its own; padding stands behind it and changes nothing, as distances are
    relative.

    Args:
        preset: A directory or an address.
        settings: The content of its `config.json`.
        sequence_length: Longest sequence, of which the network knows no limit; `None` takes 512.

    Raises:
        UserError: The checkpoint is another network, or has no `tokenizer.json`.
    """
    _expect(preset, settings)
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in _INPUTS}
    width, rate = settings["d_model"], settings.get("dropout", 0.1)
    places = XlnetPlaces(width, settings.get("clamp_len", -1), name="places")
    mask = inputs["padding_mask"]
    distances, segments = places(inputs["segment_ids"], mask)
    embedding = keras.layers.Embedding(settings["vocab_size"], width, name="token_embedding")
    x = keras.layers.Dropout(rate, name="embeddings_dropout")(embedding(inputs["token_ids"]))
    blocks = []
    for index in range(settings["n_layer"]):
        block = XlnetBlock(
            settings["n_head"],
            settings["d_inner"],
            activation=settings.get("ff_activation", "gelu"),
            epsilon=settings.get("layer_norm_eps", 1e-12),
            dropout=rate,
            name=f"transformer_layer_{index}",
        )
        x = block(x, mask, distances, segments)
        blocks.append(block)
    sequence = keras.layers.Dropout(rate, name="dropout")(x)
    taps = {
        "mean_pooled": MeanPooling(name="mean_pooled")(sequence, mask),
        "class_token": LastToken(name="class_token")(sequence, mask),
        "sequence": sequence,
    }
    with SafetensorLoader(preset) as weights:
        embedding.embeddings.assign(weights.get_tensor("word_embedding.weight"))
        for index, block in enumerate(blocks):
            _fill(block, weights, f"layer.{index}")
    return keras.Model(inputs, taps, name="backbone"), _preprocessing(preset, sequence_length)


def _expect(preset: str, settings: Mapping[str, Any]) -> None:
    for name, value in (("attn_type", "bi"), ("bi_data", False), ("untie_r", True)):
        if settings.get(name, value) != value:
            raise UserError(
                f"Expected {name}={value!r}, as XLNet was published. Received: "
                f"{name}={settings[name]!r} in config.json of {preset}. Choose another checkpoint."
            )
    if settings.get("ff_activation", "gelu") not in _ACTIVATIONS:
        raise UserError(
            f"Expected an activation among {', '.join(_ACTIVATIONS)}. Received: ff_activation="
            f"{settings['ff_activation']!r} in config.json of {preset}. Choose another checkpoint."
        )


def _fill(block: XlnetBlock, weights: SafetensorLoader, at: str) -> None:
    attention, dense = f"{at}.rel_attn", f"{at}.ff"
    for layer, name in (
        (block.query, "q"),
        (block.key, "k"),
        (block.value, "v"),
        (block.position, "r"),
    ):
        tensor = weights.get_tensor(f"{attention}.{name}")
        layer.kernel.assign(tensor.reshape(layer.kernel.shape))
    outward = weights.get_tensor(f"{attention}.o")  # from heads is (to, heads, width of a head)
    block.attention_output.kernel.assign(outward.reshape(len(outward), -1).T)
    for variable, name in (
        (block.content_bias, "r_w_bias"),
        (block.position_bias, "r_r_bias"),
        (block.segment_bias, "r_s_bias"),
        (block.segments, "seg_embed"),
    ):
        variable.assign(weights.get_tensor(f"{attention}.{name}"))
    for layer, name in ((block.intermediate, "layer_1"), (block.output_dense, "layer_2")):
        layer.kernel.assign(np.transpose(weights.get_tensor(f"{dense}.{name}.weight")))
        layer.bias.assign(weights.get_tensor(f"{dense}.{name}.bias"))
    for norm, name in ((block.attention_norm, attention), (block.feedforward_norm, dense)):
        norm.gamma.assign(weights.get_tensor(f"{name}.layer_norm.weight"))
        norm.beta.assign(weights.get_tensor(f"{name}.layer_norm.bias"))


def _preprocessing(preset: str, sequence_length: int | None) -> Text:
    path = _preset_files.path_of(preset, FILE)
    if path is None:
        raise UserError(
            f"Expected {FILE} beside the weights. Received: {preset} without it. Save the "
            "tokenizer once with transformers: XLNetTokenizerFast.from_pretrained(…)."
            "save_pretrained(…)."
        )
    tokenizer = TokenizerJson(path.read_text(encoding="utf-8"))
    separator, class_token, padding = map(tokenizer.id_of, ("<sep>", "<cls>", "<pad>"))
    return Text(
        tokenizer,
        sequence_length=_LONGEST if sequence_length is None else sequence_length,
        end=(separator, class_token),
        separator=(separator,),
        padding=padding,
        inputs=_INPUTS,
    )
