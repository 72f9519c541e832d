"""Where tokens stand in a text as it was given, and in the sequence of a pair."""

import unicodedata

import keras_hub
import numpy as np
import pytest

from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer
from ftkeras.backbones.preprocessing._word_piece import WordPiece
from ftkeras.backbones.preprocessing.packed_pair import PackedPair
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cafe", "##s", "is", "open", "中", "文", "!"]
TEXTS = [
    "the cafes is open!",
    "  THE\tCafés\u00a0is\n\nopen ! ",
    "cafe\u0301s",  # e and a combining accent
    "the中文cafe",
    "is👍🏽open",
    "the\u200b cafe",  # a zero-width space
    "is \ud83d open",  # half of a surrogate pair
    "",
    "\u00a0",
]


def plain(text):
    folded = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


@pytest.fixture(scope="module")
def word_piece():
    return WordPiece(PIECES, lowercase=True)


@pytest.mark.parametrize("text", TEXTS)
def test_the_characters_of_a_piece_spell_it(word_piece, text):
    (ids,), (places,) = word_piece.encode([text]), word_piece.offsets([text])
    assert len(ids) == len(places)
    for token, (start, end) in zip(ids, places.tolist(), strict=True):
        piece = PIECES[token].removeprefix("##")
        if piece != "[UNK]":
            assert plain(text[start:end]).replace("\u200b", "") == piece
        assert not text[start:end].startswith(" ")
        assert not text[start:end].endswith(" ")
    assert (np.diff(places.ravel()) >= 0).all()  # tokens follow each other


def test_half_a_character_moves_no_later_token(word_piece):
    (places,) = word_piece.offsets(["\ud83d the \udc4d cafe"])
    assert places.tolist() == [[2, 5], [8, 12]]


def test_tokens_of_the_second_text_are_placed_in_the_sequence(word_piece):
    pair = PackedPair(Text(word_piece, sequence_length=16, start=(2,), end=(3,)))
    values = [("is the cafe open", "The Cafés!"), ("is", "open")]
    encoded = pair(values)
    for row, (_, second), places in zip(
        encoded.arrays["token_ids"], values, pair.places(values), strict=True
    ):
        told = [
            second[a:b] if a >= 0 else PIECES[t] for t, (a, b) in zip(row, places, strict=False)
        ]
        length = int((row != 0).sum())
        assert len(places) == length
        segment = [PIECES[token] for token in row[:length]].index("[SEP]")
        assert all(place < 0 for place, _ in places[: segment + 1].tolist())
        assert places[-1].tolist() == [-1, -1]
        assert told[segment + 1 : -1] == {"The Cafés!": ["The", "Café", "s", "!"],
                                          "open": ["open"]}[second]  # fmt: skip


def test_a_pair_that_is_cut_has_places_of_what_is_kept(word_piece):
    pair = PackedPair(Text(word_piece, sequence_length=8, start=(2,), end=(3,)))
    values = [("is open", "the cafe is open")]
    (places,) = pair.places(values)
    assert len(places) == pair(values).arrays["token_ids"].shape[1] == 8
    assert places[places[:, 0] >= 0].tolist() == [[0, 3], [4, 8], [9, 11]]


BYTE_PAIRS = {"h": 0, "e": 1, "Ġ": 2, "Ã": 3, "©": 4, "he": 5, "Ġhe": 6, "w": 7, "Ġw": 8}


def byte_pairs(**settings):
    merges = ["h e", "Ġ he", "Ġ w"]
    made = keras_hub.tokenizers.BytePairTokenizer(BYTE_PAIRS, merges, **settings)
    return CompiledTokenizer(made)


def test_byte_pairs_stand_without_the_space_before_them():
    (places,) = byte_pairs().offsets(["he he wé"])
    assert [("he he wé")[a:b] for a, b in places] == ["he", "he", "w", "é", "é"]
    (places,) = byte_pairs(add_prefix_space=True).offsets(["he é"])
    assert [("he é")[a:b] for a, b in places] == ["he", "", "é", "é"]


def test_other_tokenizers_are_refused():
    made = keras_hub.tokenizers.WordPieceTokenizer(["[UNK]", "he"])
    with pytest.raises(UserError, match="Received: WordPieceTokenizer"):
        CompiledTokenizer(made).offsets(["he"])
