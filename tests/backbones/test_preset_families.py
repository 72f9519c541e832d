"""Presets of families other than BERT; KerasHub's own packing and graph are the reference."""

import json

import keras
import keras_hub
import numpy as np
import pytest
import tokenizers

from ftkeras.backbones import _blocks, _text_preset, load_backbone
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.preprocessing import load
from ftkeras.errors import UserError

SIZES = {"num_layers": 2, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 8}
BYTE_PAIRS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "a", "Ġa", "b", "Ġb", "ab", "Ġab", "Ġ"]
IDS = {piece: index for index, piece in enumerate([*BYTE_PAIRS, "<|endoftext|>"])}
MERGES = ["Ġ a", "Ġ b", "a b", "Ġa b"]
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b"]
TEXTS = ["ab a b", "a" * 12, "b"]
MODELS = keras_hub.models


def byte_pairs(tokenizer):
    return tokenizer(vocabulary=IDS, merges=MERGES)


FAMILIES = {
    "roberta": (
        lambda: MODELS.RobertaBackbone(vocabulary_size=13, max_sequence_length=16, **SIZES),
        lambda: MODELS.RobertaTextClassifierPreprocessor(
            byte_pairs(MODELS.RobertaTokenizer), sequence_length=16
        ),
        ("mean_pooled", "class_token", "sequence"),
    ),
    "gpt2": (
        lambda: MODELS.GPT2Backbone(vocabulary_size=13, max_sequence_length=16, **SIZES),
        lambda: MODELS.GPT2CausalLMPreprocessor(
            byte_pairs(MODELS.GPT2Tokenizer), sequence_length=16
        ),
        ("mean_pooled", "last_token", "sequence"),
    ),
    "distil_bert": (
        lambda: MODELS.DistilBertBackbone(vocabulary_size=9, max_sequence_length=16, **SIZES),
        lambda: MODELS.DistilBertTextClassifierPreprocessor(
            MODELS.DistilBertTokenizer(PIECES), sequence_length=16
        ),
        ("mean_pooled", "class_token", "sequence"),
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_packed_and_computed_as_kerashub_does(family, tmp_path):
    make_backbone, make_preprocessor, taps = FAMILIES[family]
    plain, preprocessor = make_backbone(), make_preprocessor()
    plain.save_to_preset(str(tmp_path / "preset"))
    preprocessor.save_to_preset(str(tmp_path / "preset"))
    backbone = load_backbone(f"preset://{tmp_path / 'preset'}")
    assert backbone.taps == taps

    encoded = backbone.preprocess(TEXTS)
    packed = preprocessor(TEXTS)
    packed = packed[0] if isinstance(packed, tuple) else packed  # generators add a target
    expected = np.asarray(packed["token_ids"])[:, : encoded.lengths.max()]
    np.testing.assert_array_equal(encoded.arrays["token_ids"], expected)
    found = backbone.model(encoded.arrays)["sequence"]
    np.testing.assert_array_equal(found, plain(encoded.arrays))
    names = [block.name for block in backbone.blocks]
    assert names == ["embeddings", "transformer_layer_0", "transformer_layer_1"]

    (tmp_path / "saved").mkdir()
    backbone.preprocess.save(tmp_path / "saved")
    (tmp_path / "preset").rename(tmp_path / "gone")
    again = load(tmp_path / "saved")
    assert again.config == backbone.preprocess.config
    np.testing.assert_array_equal(again(TEXTS).arrays["token_ids"], expected)
    assert (np.diff(again.sizes(["a", "a b", "a b a b a b"])) > 0).all()


WITHOUT_TOKENIZER = {
    "albert": lambda: MODELS.AlbertBackbone(
        vocabulary_size=9, max_sequence_length=16, embedding_dim=4, **SIZES
    ),
    "deberta": lambda: MODELS.DebertaV3Backbone(
        vocabulary_size=9, max_sequence_length=16, bucket_size=4, **SIZES
    ),
    "llama": lambda: MODELS.LlamaBackbone(
        vocabulary_size=9,
        num_layers=2,
        num_query_heads=2,
        num_key_value_heads=1,
        hidden_dim=8,
        intermediate_dim=8,
    ),
    "xlm_roberta": lambda: MODELS.XLMRobertaBackbone(
        vocabulary_size=9, max_sequence_length=16, **SIZES
    ),
}


@pytest.mark.parametrize("family", WITHOUT_TOKENIZER)
def test_a_model_of_any_family_can_be_saved_and_loaded(family, tmp_path):
    model = _text_preset.tap(WITHOUT_TOKENIZER[family](), str(tmp_path))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    arrays = {name: np.ones((2, 5), np.int32) for name in model.input}
    for tap, expected in model(arrays).items():
        np.testing.assert_array_equal(loaded(arrays)[tap], expected)
    names = [block.name for block in _blocks.group(model)]
    assert names[0] == "embeddings"
    assert len(names) >= 2
    assert fingerprint(loaded) == fingerprint(model)


def test_changed_merges_are_noticed(tmp_path):
    preprocessor = FAMILIES["roberta"][1]()
    FAMILIES["roberta"][0]().save_to_preset(str(tmp_path / "preset"))
    preprocessor.save_to_preset(str(tmp_path / "preset"))
    (tmp_path / "saved").mkdir()
    load_backbone(f"preset://{tmp_path / 'preset'}").preprocess.save(tmp_path / "saved")
    [path] = (tmp_path / "saved").rglob("merges.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("a b\n", "", 1), encoding="utf-8")
    with pytest.raises(UserError, match="digest"):
        load(tmp_path / "saved")


def test_a_family_with_encoder_and_decoder_gives_its_encoder(tmp_path):
    plain = MODELS.BartBackbone(vocabulary_size=13, max_sequence_length=16, **SIZES)
    preprocessor = MODELS.BartSeq2SeqLMPreprocessor(
        byte_pairs(MODELS.BartTokenizer), encoder_sequence_length=16, decoder_sequence_length=16
    )
    plain.save_to_preset(str(tmp_path / "preset"))
    preprocessor.save_to_preset(str(tmp_path / "preset"))
    backbone = load_backbone(f"preset://{tmp_path / 'preset'}")
    assert backbone.taps == ("mean_pooled", "sequence")
    arrays = backbone.preprocess(TEXTS).arrays
    packed = preprocessor({"encoder_text": TEXTS, "decoder_text": TEXTS})[0]
    length = arrays["token_ids"].shape[1]
    np.testing.assert_array_equal(
        arrays["token_ids"], np.asarray(packed["encoder_token_ids"])[:, :length]
    )
    expected = plain(packed)["encoder_sequence_output"]
    there = arrays["padding_mask"] > 0
    found = np.asarray(backbone.model(arrays)["sequence"])
    np.testing.assert_allclose(found[there], np.asarray(expected)[:, :length][there], atol=1e-5)


def llama(directory, described):
    """Preprocessing of a Llama whose directory holds this tokenizer."""
    described.save(str(directory / "tokenizer.json"))
    names = {"bos_token": "<s>", "eos_token": "</s>"}
    (directory / "tokenizer_config.json").write_text(json.dumps(names))
    sizes = {
        "num_layers": 1, "num_query_heads": 2, "num_key_value_heads": 2, "hidden_dim": 8,
        "intermediate_dim": 8,
    }  # fmt: skip
    count = described.get_vocab_size()
    settings = {
        "model_type": "llama", "vocab_size": count, "hidden_size": 8, "num_hidden_layers": 1,
        "num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 8,
        "tie_word_embeddings": False, "rope_theta": 1e4,
    }  # fmt: skip
    (directory / "config.json").write_text(json.dumps(settings))
    backbone = MODELS.LlamaBackbone(vocabulary_size=count, **sizes)
    return _text_preset.preprocessing(backbone, str(directory), settings, 16)


def described(signs, merges, **settings):
    """A tokenizer of Llama; its special tokens stand first."""
    joined = [first + second for first, second in merges]
    vocabulary = {token: i for i, token in enumerate(["<unk>", "<s>", "</s>", *signs, *joined])}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=merges, **settings))
    made.add_special_tokens(["<unk>", "<s>", "</s>"])
    return made


def test_pairs_of_signs_are_read_as_the_checkpoint_describes_them(tmp_path):
    """As Llama 2 and TinyLlama have them; KerasHub's tokenizer of Llama reads pairs of bytes."""
    signs = [*(f"<0x{byte:02X}>" for byte in range(256)), *"▁abé"]
    made = described(signs, [("a", "b"), ("▁", "ab")], byte_fallback=True, fuse_unk=True)
    normalizers = tokenizers.normalizers
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    text = llama(tmp_path, made)
    encoded = text(["ab ab", "é ß"]).arrays
    ids = made.token_to_id
    for row, inner in zip(
        encoded["token_ids"].tolist(),
        (["▁ab", "▁ab"], ["▁", "é", "▁", "<0xC3>", "<0x9F>"]),
        strict=True,
    ):
        assert row[: len(inner) + 1] == [ids("<s>"), *map(ids, inner)]
    assert text.tokenizer.offsets(["ab ab"])[0].tolist() == [[0, 2], [3, 5]]
    text.save(tmp_path)
    again = load(tmp_path)(["ab ab", "é ß"]).arrays
    np.testing.assert_array_equal(again["token_ids"], encoded["token_ids"])


def test_long_numbers_are_cut_as_llama_3_cuts_them(tmp_path):
    before = tokenizers.pre_tokenizers
    merges = [("2", "0"), ("2", "3"), ("20", "2"), ("Ġ", "a")]
    made = described(sorted(before.ByteLevel.alphabet()), merges)
    cut = before.Split(tokenizers.Regex(r"\p{N}{1,3}| ?\p{L}+"), "isolated")
    bytes_of = before.ByteLevel(add_prefix_space=False, use_regex=False)
    made.pre_tokenizer = before.Sequence([cut, bytes_of])
    tokenizer = llama(tmp_path, made).tokenizer
    assert [made.id_to_token(i) for i in tokenizer.encode(["2023"])[0]] == ["202", "3"]
    words = tokenizer.encode_words(["a", " a"])
    assert [[made.id_to_token(i) for i in word] for word in words] == [["Ġa"], ["Ġa"]]
