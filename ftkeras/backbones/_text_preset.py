"""The text half of a preset: its taps, and the preprocessing that belongs to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import keras_hub

from ftkeras import graph
from ftkeras.backbones import _preset_files, _rebuilt_text
from ftkeras.backbones.layers.class_token import ClassToken
from ftkeras.backbones.layers.last_token import LastToken
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer
from ftkeras.backbones.preprocessing._tokenizer_json import FILE, TokenizerJson, of_residues
from ftkeras.backbones.preprocessing._word_piece import WordPiece, read_vocabulary
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError

_LONGEST_BY_DEFAULT = 512
_ENCODER_AND_DECODER = {
    f"{half}_{name}" for half in ("encoder", "decoder") for name in ("token_ids", "padding_mask")
}
# What sentence-transformers calls poolings, the last of them first in the taps.
_POOLINGS = (("pooling_mode_lasttoken", "last_token"), ("pooling_mode_cls_token", "class_token"))
_WORD_PIECE_FAMILIES = ("bert", "distilbert")
_LLAMA_TOKENS = ("llama", "smollm3")


def expect_states(backbone: keras.Model, preset: str) -> None:
    """Raises `UserError` for a family that gives no states of a text's own.

    KerasHub's XLNet reads a batch of several texts in another order than it stands in, so that
    each gets the places and the mask of others; it has no presets, and is built here from Hugging
    Face's layout.
    """
    if isinstance(backbone, keras_hub.models.XLNetBackbone):
        raise UserError(
            "Expected a backbone that keeps the texts of a batch apart. Received: "
            f"{preset} (XLNetBackbone), in which KerasHub 0.32 mixes them up. Give a directory or "
            "an hf:// address of XLNet in Hugging Face's layout."
        )


def reads_tokens(backbone: keras.Model) -> bool:
    """Returns whether a KerasHub backbone reads token ids, and nothing that is no text."""
    names = set(backbone.input) if isinstance(backbone.input, Mapping) else set()
    rest = names - _ENCODER_AND_DECODER - {"token_ids", "padding_mask", "segment_ids"}
    return not rest and ("token_ids" in names or names >= _ENCODER_AND_DECODER)


def tap(backbone: keras.Model, preset: str, has_pooler: bool = True) -> keras.Model:
    """Returns a functional model from the backbone's inputs to its taps, best first.

    The backbone stays one layer of it: KerasHub saves some of its layers so that only the whole
    backbone can be built again. Of one with encoder and decoder the encoder alone is taken.

    Args:
        backbone: A KerasHub text backbone.
        preset: Where it came from; it says how a sentence-transformers model was pooled.
        has_pooler: Whether the checkpoint holds the pooler's weights.
    """
    if set(backbone.input) >= _ENCODER_AND_DECODER:
        return _tapped_encoder(backbone, preset)
    if _rebuilt_text.applies(backbone):
        return _tapped(backbone, *_rebuilt_text.rebuilt(backbone), preset, has_pooler)
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in backbone.input.items()
    }
    given = dict(inputs)  # FNet reads no mask, but a mean over its tokens does
    if "padding_mask" not in inputs:
        inputs["padding_mask"] = keras.Input((None,), dtype="int32", name="padding_mask")
    return _tapped(backbone, inputs, backbone(given), preset, has_pooler)


def tap_flat(backbone: keras.Model, preset: str, has_pooler: bool = True) -> keras.Model:
    """Returns the same as `tap`, with the backbone's layers in the graph one by one."""
    return _tapped(backbone, backbone.input, backbone.output, preset, has_pooler)


def _tapped_encoder(backbone: keras.Model, preset: str) -> keras.Model:
    names = ("token_ids", "padding_mask")
    given = [backbone.input[f"encoder_{name}"] for name in names]
    encoder = keras.Model(given, backbone.output["encoder_sequence_output"])
    inputs = {
        name: keras.Input((None,), dtype=x.dtype, name=name)
        for name, x in zip(names, given, strict=True)
    }
    sequence = graph.applied(encoder, list(inputs.values()))
    return _tapped(backbone, inputs, sequence, preset, has_pooler=False)


def _tapped(
    backbone: keras.Model, inputs: Mapping[str, Any], outputs: Any, preset: str, has_pooler: bool
) -> keras.Model:
    pooled = None
    sequence = outputs
    if isinstance(outputs, Mapping):
        pooled = outputs.get("pooled_output")
        sequence = outputs["sequence_output"]
    mask = inputs["padding_mask"]
    taps = {"mean_pooled": MeanPooling(name="mean_pooled")(sequence, mask)}
    if _is_causal(backbone):
        taps["last_token"] = LastToken(name="last_token")(sequence, mask)
    if not {"cls_token_index", "start_token_index"}.isdisjoint(vars(backbone)):
        taps["class_token"] = ClassToken(name="class_token")(sequence)
    pooling = _preset_files.json_of(preset, "1_Pooling/config.json")
    # The pooler of a sentence-transformers checkpoint was never trained: its values mean nothing.
    if getattr(backbone, "is_embedding_model", False):  # but this is what was trained
        taps = {"pooled": pooled, **taps}
    elif pooled is not None and has_pooler and pooling is None:
        taps["pooled"] = pooled
    taps["sequence"] = sequence
    for said, name in _POOLINGS:
        if pooling and pooling.get(said) and name in taps:
            taps = {name: taps.pop(name), **taps}
    return keras.Model(inputs, taps, name="backbone")


def _is_causal(backbone: keras.Model) -> bool:
    """Whether KerasHub generates text with this family, token by token."""
    models = keras_hub.models
    generators = [
        kind
        for kind in vars(models).values()
        if isinstance(kind, type)
        and issubclass(kind, models.CausalLM)
        and not issubclass(kind, models.Seq2SeqLM)
    ]
    return type(backbone) in {getattr(kind, "backbone_cls", None) for kind in generators}


def preprocessing(
    backbone: keras.Model, preset: str, settings: Mapping[str, Any], sequence_length: int | None
) -> Text:
    """Builds the preprocessing that the backbone was trained with.

    Args:
        backbone: A KerasHub text backbone.
        preset: Where it came from.
        settings: The content of the preset's `config.json`.
        sequence_length: Longest sequence; `None` takes the checkpoint's own limit, at most 512.

    Raises:
        UserError: The limit is beyond what the backbone has positions for.
    """
    limit = _rebuilt_text.limit(backbone)
    if sequence_length is None:
        sentence = _preset_files.json_of(preset, "sentence_bert_config.json") or {}
        chosen = sentence.get("max_seq_length") or _LONGEST_BY_DEFAULT
        sequence_length = min(chosen, limit or chosen)
    if limit and isinstance(sequence_length, int) and sequence_length > limit:
        raise UserError(
            f"Expected `sequence_length` <= {limit}, the positions this backbone has. "
            f"Received: sequence_length={sequence_length}. Lower it; longer texts are cut."
        )
    inputs = tuple(name.removeprefix("encoder_") for name in backbone.input)
    inputs = tuple(name for name in inputs if not name.startswith("decoder_"))
    inputs = (*inputs, *({"padding_mask"} - set(inputs)))
    if settings.get("model_type") in _WORD_PIECE_FAMILIES:
        word_piece = _from_transformers(preset)
        return _with_bert_tokens(word_piece, sequence_length, inputs)
    tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(preset)
    if isinstance(tokenizer, keras_hub.tokenizers.ESMTokenizer):
        return _of_residues(tokenizer, sequence_length, inputs)
    if _is_bert_tokenizer(tokenizer):
        word_piece = WordPiece(
            tokenizer.get_vocabulary(),
            lowercase=tokenizer.lowercase,
            strip_accents=tokenizer.strip_accents or None,
            split_ideographs=tokenizer.split_on_cjk,
            unknown=tokenizer.oov_token,
        )
        return _with_bert_tokens(word_piece, sequence_length, inputs)
    hub = _hub_preprocessor(preset)
    hub.build(None)
    packer = hub.packer if hasattr(hub, "packer") else hub.encoder_packer
    return Text(
        _as_described(tokenizer, preset, settings),
        sequence_length=sequence_length,
        start=_ids(packer.start_value) if getattr(hub, "add_start_token", True) else (),
        end=_ids(packer.end_value) if getattr(hub, "add_end_token", True) else (),
        padding=int(tokenizer.pad_token_id or 0),
        inputs=inputs,
        separator=_ids(getattr(packer, "sep_value", None)) or None,
        fixed_length=isinstance(backbone, keras_hub.models.FNetBackbone),  # it has no mask
    )


def _hub_preprocessor(preset: str) -> "keras_hub.models.Preprocessor":
    """The first that the family has; its encoder or generator reads texts the same way."""
    models = keras_hub.models
    for kind in (models.TextClassifierPreprocessor, models.CausalLMPreprocessor):
        try:
            return kind.from_preset(preset)
        except ValueError:
            continue
    return models.Seq2SeqLMPreprocessor.from_preset(preset)


def _is_bert_tokenizer(tokenizer: "keras_hub.tokenizers.Tokenizer") -> bool:
    return (
        isinstance(tokenizer, keras_hub.tokenizers.WordPieceTokenizer)
        and tokenizer.split
        and tokenizer.suffix_indicator == "##"
        and not tokenizer.special_tokens_in_strings
    )


def _as_described(
    tokenizer: "keras_hub.tokenizers.Tokenizer", preset: str, settings: Mapping[str, Any]
) -> CompiledTokenizer | TokenizerJson:
    """Runs Llama's `tokenizer.json`, which KerasHub reads otherwise.

    KerasHub 0.32 does not cut texts before it joins pairs of bytes, so that Llama 3 gets 20 and 23
    of 2023 instead of 202 and 3; and pairs of signs (Llama 2) lose spaces and accents.
    """
    path = _preset_files.path_of(preset, FILE)
    is_llama = settings.get("model_type") in _LLAMA_TOKENS
    if path is None or not is_llama:
        return CompiledTokenizer(tokenizer)
    return TokenizerJson(path.read_text(encoding="utf-8"))


def _of_residues(
    tokenizer: "keras_hub.tokenizers.ESMTokenizer", sequence_length: int, inputs: tuple[str, ...]
) -> Text:
    """Proteins are written without spaces; KerasHub makes one unknown token of each."""
    vocabulary = tokenizer.get_vocabulary()
    return Text(
        TokenizerJson(of_residues(vocabulary, tokenizer.oov_token)),
        sequence_length=sequence_length,
        start=(tokenizer.cls_token_id,),
        end=(tokenizer.sep_token_id,),
        padding=tokenizer.pad_token_id,
        inputs=inputs,
    )


def _with_bert_tokens(tokenizer: WordPiece, sequence_length: int, inputs: tuple[str, ...]) -> Text:
    return Text(
        tokenizer,
        sequence_length=sequence_length,
        start=(tokenizer.id_of("[CLS]"),),
        end=(tokenizer.id_of("[SEP]"),),
        padding=tokenizer.id_of("[PAD]"),
        inputs=inputs,
    )


def _from_transformers(preset: str) -> WordPiece:
    """Reads a Hugging Face tokenizer; `tokenizer.json` is what transformers itself obeys."""
    whole = _preset_files.json_of(preset, "tokenizer.json") or {}
    rules = whole.get("normalizer") or {}
    if rules.get("type", "BertNormalizer") != "BertNormalizer":
        raise UserError(
            f"Expected the BERT normalizer. Received: {rules['type']!r} in tokenizer.json. "
            "This tokenizer cannot be rebuilt faithfully."
        )
    settings = _preset_files.json_of(preset, "tokenizer_config.json") or {}
    return WordPiece(
        _vocabulary(preset, whole),
        lowercase=rules.get("lowercase", settings.get("do_lower_case", True)),
        strip_accents=rules.get("strip_accents", settings.get("strip_accents")),
        split_ideographs=rules.get(
            "handle_chinese_chars", settings.get("tokenize_chinese_chars", True)
        ),
        unknown=str(settings.get("unk_token", "[UNK]")),
    )


def _vocabulary(preset: str, whole: dict[str, Any]) -> list[str]:
    path: Path | None = _preset_files.path_of(preset, "vocab.txt")
    if path is not None:
        return read_vocabulary(path)
    ids: dict[str, int] = whole.get("model", {}).get("vocab", {})
    if not ids or whole["model"].get("type") != "WordPiece":
        raise UserError(
            f"Expected vocab.txt or a WordPiece tokenizer.json. Received: {preset} with neither. "
            "Download the whole model directory."
        )
    return sorted(ids, key=ids.__getitem__)


def _ids(value: object) -> tuple[int, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (int(str(value)),)
