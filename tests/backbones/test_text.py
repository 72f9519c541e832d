"""Text preprocessing: packing, truncation, errors, saving; KerasHub's packer is the reference."""

import json

import keras_hub
import numpy as np
import pytest

from ftkeras.backbones.preprocessing import load
from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer
from ftkeras.backbones.preprocessing._word_piece import WordPiece
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError
from tests.backbones.reference_bert import PIECES

TEXTS = ["the good film", "a very very bad film is very bad !", "", "watching the film"]


def bert_text(sequence_length=8):
    return Text(
        WordPiece(PIECES, lowercase=True),
        sequence_length=sequence_length,
        start=(PIECES.index("[CLS]"),),
        end=(PIECES.index("[SEP]"),),
    )


def hub_tokenizer():
    return keras_hub.models.BertTokenizer(list(PIECES), lowercase=True)


def test_packs_as_kerashub_does():
    packer = keras_hub.models.BertTextClassifierPreprocessor(hub_tokenizer(), sequence_length=8)
    expected = packer(TEXTS)
    for text in (bert_text(), compiled_text()):
        encoded = text(TEXTS)
        assert list(encoded.arrays) == ["token_ids", "segment_ids", "padding_mask"]
        for name, array in encoded.arrays.items():
            np.testing.assert_array_equal(array, np.asarray(expected[name]), err_msg=name)
            assert array.dtype == np.int32
        np.testing.assert_array_equal(encoded.lengths, [5, 8, 2, 6])


def compiled_text(sequence_length=8):
    return Text(
        CompiledTokenizer(hub_tokenizer()),
        sequence_length=sequence_length,
        start=(PIECES.index("[CLS]"),),
        end=(PIECES.index("[SEP]"),),
    )


def test_pads_to_the_longest_of_the_call_only():
    assert bert_text(64)(TEXTS[:1]).arrays["token_ids"].shape == (1, 5)


def test_counts_the_texts_that_lost_their_end():
    text = bert_text(6)
    text(TEXTS)
    text(TEXTS[:1])
    assert (text.num_encoded, text.num_truncated) == (5, 1)


def test_sizes_are_the_encoded_lengths():
    text = bert_text(6)
    np.testing.assert_array_equal(text.sizes(TEXTS), text(TEXTS).lengths)


def test_a_padding_token_other_than_zero_fills_the_empty_places():
    text = Text(WordPiece(PIECES, lowercase=True), sequence_length=4, padding=3)
    np.testing.assert_array_equal(text(["the", "the the"]).arrays["token_ids"], [[5, 3], [5, 5]])


def test_inputs_are_named_as_the_backbone_names_them():
    names = ("encoder_token_ids", "encoder_padding_mask")
    text = Text(WordPiece(PIECES, lowercase=True), sequence_length=4, inputs=names)
    encoded = text(["the", "the the"])
    assert tuple(encoded.arrays) == names
    np.testing.assert_array_equal(encoded.arrays["encoder_padding_mask"], [[1, 0], [1, 1]])


@pytest.mark.parametrize("value", [None, float("nan"), 3, b"bytes"])
def test_a_value_that_is_no_text_is_named(value):
    with pytest.raises(UserError, match="value 1 is"):
        bert_text()(["the", value])


def test_no_texts_is_an_error():
    with pytest.raises(UserError, match="at least one"):
        bert_text()([])


def test_an_input_that_is_not_text_is_refused():
    with pytest.raises(UserError, match="pixel_values"):
        Text(WordPiece(PIECES, lowercase=True), sequence_length=4, inputs=("pixel_values",))


@pytest.mark.parametrize("make", [bert_text, compiled_text])
def test_saved_and_loaded_it_encodes_the_same(make, tmp_path):
    text = make()
    text.save(tmp_path)
    loaded = load(tmp_path)
    assert loaded.config == text.config
    assert loaded.config == json.loads(json.dumps(text.config))
    for name, array in text(TEXTS).arrays.items():
        np.testing.assert_array_equal(loaded(TEXTS).arrays[name], array)


@pytest.mark.parametrize("make", [bert_text, compiled_text])
def test_another_vocabulary_is_noticed(make, tmp_path):
    make().save(tmp_path)
    [path] = tmp_path.rglob("vocabulary.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("good", "gold"), encoding="utf-8")
    with pytest.raises(UserError, match="digest"):
        load(tmp_path)


@pytest.mark.parametrize(
    "content", [None, "{", "[]", "{}", '{"modality": "text"}', '{"modality": "sound"}']
)
def test_a_directory_without_preprocessing_is_a_clear_error(tmp_path, content):
    if content is not None:
        (tmp_path / "preprocess.json").write_text(content)
    with pytest.raises(UserError, match="Received"):
        load(tmp_path)


def test_the_config_tells_one_vocabulary_from_another():
    other = Text(WordPiece([*PIECES, "more"], lowercase=True), sequence_length=8)
    same = Text(WordPiece(PIECES, lowercase=True), sequence_length=8)
    assert other.config != same.config
