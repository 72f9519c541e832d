"""Text families whose graph KerasHub builds wrongly, or so that no states come out, built again.

ESM and RoFormer-v2: KerasHub applies the mask to the wrong side of attention, so that every token
attends to padding (on TensorFlow and JAX); the mean over the tokens of a text moves by up to 0.26
with what it is batched with. RWKV-7: the network ends in scores of every token of the vocabulary,
and its steps are counted in Python. Built again they are flat, so that they can be cut between any
two blocks.
"""

from collections.abc import Sequence
from typing import Any

import keras
import keras_hub

from ftkeras.backbones.layers.rotary_block import RotaryBlock
from ftkeras.backbones.layers.rwkv_block import RwkvBlock

_HUB = keras_hub.models
# KerasHub gives RoFormer-v2 Keras' own.
_EPSILON = 1e-7


def applies(backbone: keras.Model) -> bool:
    """Returns whether a backbone is one of these families."""
    return isinstance(backbone, _HUB.ESMBackbone | _HUB.RoformerV2Backbone | _HUB.RWKV7Backbone)


def rebuilt(backbone: keras.Model) -> tuple[dict[str, Any], Any]:
    """Returns inputs and last states of a graph that computes what the family's authors meant.

    Args:
        backbone: A KerasHub backbone with its weights; one that `applies`.
    """
    inputs = {
        name: keras.Input((None,), dtype="int32", name=name)
        for name in dict.fromkeys([*backbone.input, "padding_mask"])
    }
    if isinstance(backbone, _HUB.ESMBackbone):
        return inputs, _esm(backbone, inputs)
    if isinstance(backbone, _HUB.RoformerV2Backbone):
        return inputs, _roformer(backbone, inputs)
    return inputs, _rwkv(backbone, inputs)


def limit(backbone: keras.Model) -> int | None:
    """Returns the longest sequence that a backbone reads as it should; `None` if there is no end.

    In T5Gemma's encoder KerasHub's window of attention is another than the original's, which texts
    of up to half a window never notice.
    """
    if isinstance(backbone, _HUB.T5GemmaBackbone | _HUB.T5Gemma2Backbone):
        window = backbone.get_config().get("sliding_window")
        return window and int(window) // 2
    longest = backbone.get_config().get("max_sequence_length")
    if isinstance(backbone, _HUB.ESMBackbone) and backbone.position_embedding_type == "absolute":
        return int(longest) - backbone.pad_token_id - 1  # positions count from there
    return longest


def _esm(backbone: keras.Model, inputs: dict[str, Any]) -> Any:
    x = backbone.token_embedding(inputs["token_ids"])
    if backbone.position_embedding_type == "absolute":
        table = backbone.position_embedding.position_embeddings[backbone.pad_token_id :]
        place = keras_hub.layers.PositionEmbedding(table.shape[0], name="position_embedding")
        x = keras.layers.Add(name="embeddings_add")([x, place(x)])
        place.position_embeddings.assign(table)
    if backbone.use_pre_layer_norm:
        x = backbone.emb_layer_norm(x)
    rotary = backbone.position_embedding_type == "rotary"
    for layer in backbone.transformer_layers:
        block = RotaryBlock(
            (backbone.num_heads, backbone.head_size, backbone.intermediate_dim),
            norm_first=True,
            wavelength=backbone.max_wavelength if rotary else None,
            activation=backbone.activation,
            use_bias=backbone.use_bias,
            epsilon=backbone.layer_norm_eps,
            dropout=backbone.dropout,
            name=layer.name,
        )
        x = _filled(block, layer, x, inputs["padding_mask"])
    return backbone.output_layer_norm(x)


def _roformer(backbone: keras.Model, inputs: dict[str, Any]) -> Any:
    tokens = backbone.token_embedding(inputs["token_ids"])
    x = backbone.embeddings_add((tokens, backbone.segment_embedding(inputs["segment_ids"])))
    norm = keras.layers.RMSNormalization(epsilon=_EPSILON, name="embeddings_norm")
    x = norm(x)
    norm.set_weights(backbone.embeddings_layer_norm.get_weights())
    x = backbone.embeddings_dropout(x)
    for layer in backbone.transformer_layers:
        block = RotaryBlock(
            (backbone.num_heads, backbone.head_size, backbone.intermediate_dim),
            norm_first=False,
            wavelength=backbone.max_wavelength,
            activation=backbone.activation,
            use_bias=backbone.use_bias,
            epsilon=_EPSILON,
            dropout=backbone.dropout,
            name=layer.name,
        )
        x = _filled(block, layer, x, inputs["padding_mask"])
    return x


def _filled(block: RotaryBlock, layer: Any, x: Any, padding_mask: Any) -> Any:
    states = block(x, padding_mask)
    theirs, ours = layer.attention_layer, block.attention
    for target, source in (
        (ours.query, theirs.q_dense),
        (ours.key, theirs.k_dense),
        (ours.value, theirs.v_dense),
        (ours.output_dense, theirs.o_dense),
        (block.intermediate, layer.feedforward_intermediate_dense),
        (block.output_dense, layer.feedforward_output_dense),
        (block.attention_norm, layer.attention_norm),
        (block.feedforward_norm, layer.feedforward_norm),
    ):
        target.set_weights(source.get_weights())
    return states


def _rwkv(backbone: keras.Model, inputs: dict[str, Any]) -> Any:
    x = backbone.token_embedding(inputs["token_ids"])
    ranks = (backbone.gate_lora, backbone.mv_lora, backbone.aaa_lora, backbone.decay_lora)
    values: list[Any] = []
    for index, layer in enumerate(backbone.rwkv_layers):
        block = RwkvBlock(
            backbone.head_size,
            backbone.intermediate_dim,
            ranks,
            first=index == 0,
            name=layer.name.replace("rwkv_layer", "transformer_layer"),
        )
        x = block(x, *values)
        if index == 0:
            x, first_values = x
            values = [first_values]
        _copy_rwkv(block, layer)
        x = keras.layers.Dropout(backbone.dropout_rate, name=f"dropout_{index}")(x)
    return backbone.output_layer_norm(x)


def _copy_rwkv(block: RwkvBlock, layer: Any) -> None:
    theirs, channels = layer.att, layer.ffn
    letters = {"receptance": "r", "decay": "w", "key": "k", "value": "v", "rate": "a", "gate": "g"}
    for name, shift in block.shifts.items():
        shift.assign(getattr(theirs, f"x_{letters[name]}"))
    for name, (down, up) in block.thin.items():
        down.assign(getattr(theirs, f"{letters[name]}1"))
        up.assign(getattr(theirs, f"{letters[name]}2"))
    for name, base in block.bases.items():
        base.assign(getattr(theirs, f"{letters[name]}0"))
    block.key_scale.assign(theirs.k_k)
    block.key_rate.assign(theirs.k_a)
    block.bonus.assign(theirs.r_k)
    block.channel_shift.assign(channels.x_k)
    pairs: Sequence[tuple[Any, Any]] = (
        (block.receptance, theirs.receptance),
        (block.key, theirs.key),
        (block.value, theirs.value),
        (block.time_output, theirs.output_layer),
        (block.head_norm, theirs.ln_x),
        (block.time_norm, layer.ln1),
        (block.channel_norm, layer.ln2),
        (block.channel_key, channels.key),
        (block.channel_value, channels.value),
        *([(block.input_norm, layer.ln0)] if block.first else []),
    )
    for target, source in pairs:
        target.set_weights(source.get_weights())
