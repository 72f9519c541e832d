import itertools

import keras
import numpy as np
import pytest

from ftkeras import load_backbone
from ftkeras.backbones import preprocessing
from ftkeras.backbones.preprocessing._word_piece import WordPiece
from ftkeras.backbones.preprocessing.packed_pair import PackedPair, kept_lengths
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError
from tests.backbones import reference_bert


def longest_first(first, second, room):
    """One token at a time off the longer text, off the second where both are alike; the odd place
    goes to the text that was longer (to the second where they were alike)."""
    one, other = first, second
    while one + other > room:
        if one > other:
            one -= 1
        else:
            other -= 1
    if first <= second and one > other:
        return other, one
    return one, other


def test_the_longer_text_is_cut_first():
    for first, second, room in itertools.product(range(9), range(9), range(2, 12)):
        assert kept_lengths(first, second, room) == longest_first(first, second, room)


def test_both_texts_stand_in_one_sequence_with_segments_of_their_own(transformers_preset):
    backbone = load_backbone(f"cross_encoder://{transformers_preset}", sequence_length=8)
    arrays = backbone.preprocess([("good film", "bad"), ("good", "very bad film !")]).arrays
    pieces = reference_bert.PIECES
    words = [[pieces[token] for token in row] for row in arrays["token_ids"]]
    assert words == [
        ["[CLS]", "good", "film", "[SEP]", "bad", "[SEP]", "[PAD]", "[PAD]"],
        ["[CLS]", "good", "[SEP]", "very", "bad", "film", "!", "[SEP]"],
    ]
    assert arrays["segment_ids"].tolist() == [[0, 0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1]]
    assert arrays["padding_mask"].sum(axis=1).tolist() == [6, 8]


def test_a_pair_that_does_not_fit_loses_its_longer_text_first(transformers_preset):
    backbone = load_backbone(f"cross_encoder://{transformers_preset}", sequence_length=6)
    backbone.preprocess([("good", "bad")])
    arrays = backbone.preprocess([("good", "very bad film !")]).arrays
    words = [reference_bert.PIECES[token] for token in arrays["token_ids"][0]]
    assert words == ["[CLS]", "good", "[SEP]", "very", "bad", "[SEP]"]
    assert (backbone.preprocess.num_encoded, backbone.preprocess.num_truncated) == (2, 1)


def test_segments_matter_to_the_backbone(transformers_preset):
    backbone = load_backbone(f"cross_encoder://{transformers_preset}")
    arrays = backbone.preprocess([("good film", "bad")]).arrays
    plain = {**arrays, "segment_ids": np.zeros_like(arrays["segment_ids"])}
    outputs = [np.asarray(backbone.model(x)["mean_pooled"]) for x in (arrays, plain)]
    assert abs(outputs[0] - outputs[1]).max() > 1e-3


def test_a_double_separator_stands_between_and_survives_saving(tmp_path):
    tokenizer = WordPiece(["[UNK]", "<s>", "</s>", "good", "bad"], lowercase=True)
    text = Text(tokenizer, sequence_length=9, start=(1,), end=(2,), separator=(2, 2),
                inputs=("token_ids", "padding_mask"))  # fmt: skip
    PackedPair(text).save(tmp_path)
    again = preprocessing.load(tmp_path)
    assert again.config == PackedPair(text).config
    assert again([("good", "bad")]).arrays["token_ids"].tolist() == [[1, 3, 2, 2, 4, 2]]
    assert again.sizes([("good", "bad")]).tolist() == [6]


def test_no_room_for_both_texts_is_refused(transformers_preset):
    with pytest.raises(UserError, match="sequence_length=4"):
        load_backbone(f"cross_encoder://{transformers_preset}", sequence_length=4)


@pytest.mark.parametrize("scheme", ["two_towers", "cross_encoder"])
def test_a_backbone_of_pictures_is_refused(scheme, tmp_path):
    images = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(2, 3)(keras.layers.Rescaling(1 / 255)(images))
    keras.Model(images, x).save(tmp_path / "pictures.keras")
    with pytest.raises(UserError, match="reads image"):
        load_backbone(f"{scheme}://keras://{tmp_path / 'pictures.keras'}")
