"""Texts in words: a vector for each word, whatever its pieces."""

import keras
import keras_hub
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftkeras import load_backbone
from ftkeras.backbones import preprocessing, random_twin
from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer
from ftkeras.backbones.preprocessing._word_piece import WordPiece
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.backbones.preprocessing.words import Words
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_model, freeze
from ftkeras.training.partial import PartialModel
from tests.helpers.made_parts import silent
from tests.helpers.tiny_backbone import text_backbone

VALUES = [
    ("a", "watching", "film"),
    ("the", "café", ".", "is", "very", "good"),
    ("bad",),
    ("don't", "\u200b", "!"),  # a word of several words, and one of which nothing is left
]


@pytest.fixture(scope="module")
def words(transformers_preset):
    return load_backbone(f"words://{transformers_preset}")


@pytest.fixture(scope="module")
def tagger(words):
    return build_model(words, "token_classification", num_classes=3,
                       head="token_level(dropout=0.0)")  # fmt: skip


def test_a_word_is_the_first_piece_of_it_in_the_whole_text(transformers_preset, words):
    plain = load_backbone(str(transformers_preset))
    found = np.asarray(words.model(words.preprocess(VALUES).arrays)["sequence"])
    pieces = plain.preprocess.tokenizer
    for row, value in enumerate(VALUES):
        each = pieces.encode(list(value))  # word by word, by the tokenizer itself
        ids = [2, *(piece for of_word in each for piece in of_word), 3]
        mask = np.ones((1, len(ids)), "int32")
        given = {"token_ids": np.array([ids]), "padding_mask": mask, "segment_ids": 0 * mask}
        sequence = np.asarray(plain.model(given)["sequence"])[0]
        first = 1
        for place, of_word in enumerate(each):
            if of_word:
                np.testing.assert_allclose(found[row, place], sequence[first], atol=1e-5)
            first += len(of_word)


def test_words_that_stand_nowhere_are_masked_and_counted(words):
    encoded = words.preprocess(VALUES)
    assert encoded.arrays["padding_mask"].sum(axis=1).tolist() == [3, 6, 1, 2]
    assert words.preprocess.unplaced(VALUES).tolist() == [0, 0, 0, 1]
    assert encoded.arrays["padding_mask"][3, :3].tolist() == [1, 0, 1]


def test_words_behind_the_sequence_length_stand_nowhere(transformers_preset):
    short = load_backbone(f"words://{transformers_preset}", sequence_length=5)
    value = ("a", "watching", "film", "good")  # one piece, two, one, one; three fit
    encoded = short.preprocess([value])
    assert encoded.arrays["padding_mask"].tolist() == [[1, 1, 0, 0, 0]]
    assert short.preprocess.unplaced([value]).tolist() == [2]
    # Of a word that is cut the first piece is there, and answers.
    assert short.preprocess.unplaced([("a", "a", "watching")]).tolist() == [0]


def test_words_without_a_piece_may_be_more_than_the_tokens(words):
    value = (*["\u200b"] * 6, "good")
    encoded = words.preprocess([value, ("a",)])
    assert encoded.lengths.tolist() == [7, 3]
    assert encoded.arrays["padding_mask"][0].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert encoded.arrays["text_padding_mask"][0].tolist() == [1, 1, 1, 0, 0, 0, 0]
    beyond = (*["\u200b"] * 16, "good")  # at or behind the sequence length
    assert words.preprocess.unplaced([beyond]).tolist() == [17]


PIECES = WordPiece([*("[UNK]", "[CLS]", "[SEP]", "a", "b", "##a", "##b", "c")], lowercase=True)
SOME = st.lists(st.text("abcz \u200b", max_size=4), min_size=1, max_size=9)


@settings(deadline=None, max_examples=100)
@given(values=st.lists(SOME, min_size=1, max_size=4), length=st.integers(3, 14),
       fixed=st.booleans())  # fmt: skip
def test_every_placed_word_stands_where_its_pieces_do(values, length, fixed):
    words = Words(Text(PIECES, sequence_length=length, start=(1,), end=(2,), fixed_length=fixed))
    encoded = words(values)
    ids, places, mask = (
        encoded.arrays[n] for n in ("text_token_ids", "word_places", "padding_mask")
    )
    assert ids.shape == places.shape == mask.shape
    assert (words.unplaced(values) == [len(v) for v in values] - mask.sum(axis=1)).all()
    for row, value in enumerate(values):
        pieces = PIECES.encode(value)
        joined = [piece for of_word in pieces for piece in of_word][: length - 2]
        assert ids[row, : len(joined) + 2].tolist() == [1, *joined, 2]
        done = 0
        for place, of_word in enumerate(pieces):
            if of_word and done < length - 2 and place < length:
                assert mask[row, place] == 1
                assert ids[row, places[row, place]] == of_word[0]
                assert places[row, place] == 1 + done
            elif place < mask.shape[1]:
                assert mask[row, place] == 0
            done += len(of_word)
        assert not mask[row, len(value) :].any()


def test_byte_pairs_are_told_that_a_space_stands_before_a_word():
    pairs = ["a", "b", "Ġ", "Ġa", "Ġb", "ab", "Ġab", "<s>", "<pad>", "</s>", "<mask>"]
    tokenizer = keras_hub.models.RobertaTokenizer(
        vocabulary={piece: index for index, piece in enumerate(pairs)},
        merges=["Ġ a", "Ġ b", "a b", "Ġa b"],
    )
    compiled = CompiledTokenizer(tokenizer)
    assert compiled.encode_words(["ab", "b", " a"]) == [[6], [4], [3]]
    assert compiled.encode(["ab b a"]) == [[5, 4, 3]]


def test_a_text_is_answered_alike_whatever_stands_beside_it(words, tagger):
    together = np.asarray(tagger(words.preprocess(VALUES).arrays))
    assert together.shape[2] == 3
    for row, value in enumerate(VALUES):
        alone = np.asarray(tagger(words.preprocess([value]).arrays))[0]
        np.testing.assert_allclose(together[row, : len(value)], alone[: len(value)], atol=1e-5)
    assert (together[3, 1] == 0).all()  # nothing is said of what is not seen


@pytest.mark.parametrize("rule", [Call("linear_probe"), Call("top_blocks", {"count": 1})])
def test_states_below_what_is_trained_are_kept(words, tagger, tmp_path, rule):
    freeze(words, rule)
    partial = PartialModel(tagger, words, tmp_path, "float32")
    ids = np.array([str(row) for row in range(len(VALUES))])
    parts = {"train": (ids, VALUES, np.zeros((len(VALUES), 6), "int64"))}
    found = partial.prepare(parts, silent)["train"]
    assert partial.on_states
    rows = np.array([3, 0])
    direct = tagger(words.preprocess([VALUES[row] for row in rows]).arrays)
    kept = np.asarray(partial.model(found.take(rows)))
    np.testing.assert_allclose(kept[:, : direct.shape[1]], direct, atol=1e-5)


def test_a_saved_tagger_and_its_preprocessing_answer_the_same(words, tagger, tmp_path):
    tagger.save(tmp_path / "model.keras")
    words.preprocess.save(tmp_path)
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    loaded = preprocessing.load(tmp_path)
    assert loaded.config == words.preprocess.config
    direct = tagger(words.preprocess(VALUES).arrays)
    np.testing.assert_allclose(again(loaded(VALUES).arrays), direct, atol=1e-6)


def test_blocks_hold_all_weights_and_no_pooler(words):
    held = {w.path for block in words.blocks for layer in block.layers for w in layer.weights}
    assert held == {weight.path for weight in words.model.weights}
    assert len(random_twin(words, seed=1).blocks) == len(words.blocks)


@pytest.mark.parametrize(
    ("values", "says"),
    [(["ab"], "value 0 is 'ab'"), ([("a",), ()], "value 1"), ([(1,)], "value 0"), ([], "at least")],
)
def test_what_is_no_list_of_words_is_refused(words, values, says):
    with pytest.raises(UserError, match=says):
        words.preprocess(values)


def test_a_backbone_without_tokens_of_its_own_is_refused(monkeypatch):
    monkeypatch.setattr("ftkeras.backbones.words.load_backbone", lambda handle: text_backbone())
    with pytest.raises(UserError, match=r"vector for each token.*tiny\.keras"):
        load_backbone("words://preset://anything")
