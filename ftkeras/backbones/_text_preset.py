"""The text half of a preset: its taps, and the preprocessing that belongs to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import keras_hub

from ftkeras.backbones import _preset_files
from ftkeras.backbones.layers.class_token import ClassToken
from ftkeras.backbones.layers.mean_pooling import MeanPooling
from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer
from ftkeras.backbones.preprocessing._word_piece import WordPiece, read_vocabulary
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError

_LONGEST_BY_DEFAULT = 512
_WORD_PIECE_FAMILIES = ("bert", "distilbert")


def tap(backbone: keras.Model, preset: str, has_pooler: bool = True) -> keras.Model:
    """Returns a functional model from the backbone's inputs to its taps, best first.

    The backbone stays one layer of it: KerasHub saves some of its layers so that only the whole
    backbone can be built again.

    Args:
        backbone: A KerasHub text backbone.
        preset: Where it came from; it says how a sentence-transformers model was pooled.
        has_pooler: Whether the checkpoint holds the pooler's weights.
    """
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in backbone.input.items()
    }
    return _tapped(backbone, inputs, backbone(inputs), preset, has_pooler)


def tap_flat(backbone: keras.Model, preset: str, has_pooler: bool = True) -> keras.Model:
    """Returns the same as `tap`, with the backbone's layers in the graph one by one."""
    return _tapped(backbone, backbone.input, backbone.output, preset, has_pooler)


def _tapped(
    backbone: keras.Model, inputs: Mapping[str, Any], outputs: Any, preset: str, has_pooler: bool
) -> keras.Model:
    pooled = None
    sequence = outputs
    if isinstance(outputs, Mapping):
        pooled = outputs.get("pooled_output")
        sequence = outputs["sequence_output"]
    taps = {"mean_pooled": MeanPooling(name="mean_pooled")(sequence, inputs["padding_mask"])}
    if not {"cls_token_index", "start_token_index"}.isdisjoint(vars(backbone)):
        taps["class_token"] = ClassToken(name="class_token")(sequence)
    pooling = _preset_files.json_of(preset, "1_Pooling/config.json")
    # The pooler of a sentence-transformers checkpoint was never trained: its values mean nothing.
    if pooled is not None and has_pooler and pooling is None:
        taps["pooled"] = pooled
    taps["sequence"] = sequence
    if pooling and pooling.get("pooling_mode_cls_token") and "class_token" in taps:
        taps = {"class_token": taps.pop("class_token"), **taps}
    return keras.Model(inputs, taps, name="backbone")


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
    limit = backbone.get_config().get("max_sequence_length")
    if sequence_length is None:
        sentence = _preset_files.json_of(preset, "sentence_bert_config.json") or {}
        chosen = sentence.get("max_seq_length") or _LONGEST_BY_DEFAULT
        sequence_length = min(chosen, limit or chosen)
    if limit and isinstance(sequence_length, int) and sequence_length > limit:
        raise UserError(
            f"Expected `sequence_length` <= {limit}, the positions this backbone has. "
            f"Received: sequence_length={sequence_length}. Lower it; longer texts are cut."
        )
    inputs = tuple(backbone.input)
    if settings.get("model_type") in _WORD_PIECE_FAMILIES:
        word_piece = _from_transformers(preset)
        return _with_bert_tokens(word_piece, sequence_length, inputs)
    tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(preset)
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
    return Text(
        CompiledTokenizer(tokenizer),
        sequence_length=sequence_length,
        start=_ids(hub.packer.start_value),
        end=_ids(hub.packer.end_value),
        separator=_ids(getattr(hub.packer, "sep_value", None)) or None,
        padding=int(tokenizer.pad_token_id or 0),
        inputs=inputs,
    )


def _hub_preprocessor(preset: str) -> "keras_hub.models.TextClassifierPreprocessor":
    try:
        return keras_hub.models.TextClassifierPreprocessor.from_preset(preset)
    except ValueError:
        # Families that only generate have no classifier; their generator reads texts the same way.
        return keras_hub.models.CausalLMPreprocessor.from_preset(preset)


def _is_bert_tokenizer(tokenizer: "keras_hub.tokenizers.Tokenizer") -> bool:
    return (
        isinstance(tokenizer, keras_hub.tokenizers.WordPieceTokenizer)
        and tokenizer.split
        and tokenizer.suffix_indicator == "##"
        and not tokenizer.special_tokens_in_strings
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
