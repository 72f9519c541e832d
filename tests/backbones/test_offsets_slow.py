"""Where tokens stand, against the offsets of transformers' fast tokenizers on nasty texts."""

import json
import unicodedata

import numpy as np
import pytest

from ftkeras import load_backbone
from tests.backbones.test_minilm_slow import MINILM, TEXTS
from tests.helpers import tiny_roberta

pytestmark = pytest.mark.slow
NASTY = [
    *TEXTS,
    "Café naïve İstanbul ﬁancée Ångström e\u0301te\u0301 ½ ™",
    "東京は日本の首都です。中文没有空格，也能分开。",
    "한국어 텍스트, русский текст; ελληνικά! العربية 1٢٣",
    "👍🏽👩‍👩‍👧‍👦🇨🇭 family\u200bjoined\u00ad soft\u2028line\u00a0space",
    "tabs\tand\r\nlines\n\n  spaces   everywhere  ",
    "x" * 120 + " " + "antidisestablishmentarianism" * 4,
    "don't can't 3.14 1,000 a.b.c. (x) [y] {z} \"quoted\" \u201cquoted\u201d",
    "\x00null\x07bell \ufffd replaced",
]


def trimmed(text, offsets):
    """The same tokens without white space at their ends, and none where nothing else is left."""
    found = []
    for start, end in offsets:
        while start < end and text[end - 1].isspace():
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        found.append((start, end) if start < end else None)
    return found


def without_empty(text, places):
    return [tuple(each) if each[0] < each[1] else None for each in places.tolist()]


def test_pieces_of_a_real_vocabulary_stand_where_transformers_says(transformers):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM)
    ours = load_backbone(f"cross_encoder://{MINILM}").preprocess
    for text in NASTY:
        expected = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        (places,) = ours.offsets([text])
        assert without_empty(text, places) == trimmed(text, expected["offset_mapping"])


@pytest.mark.parametrize("length", [24, 64, 256])
def test_places_of_packed_pairs_are_those_of_transformers(transformers, length):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM)
    pairs = [("What is it, and where?", text) for text in NASTY if text.strip()]
    preprocess = load_backbone(f"cross_encoder://{MINILM}", sequence_length=length).preprocess
    for (first, second), places in zip(pairs, preprocess.places(pairs), strict=True):
        expected = tokenizer(
            first, second, truncation=True, max_length=length, return_offsets_mapping=True
        )
        wanted = [
            trimmed(second, [span])[0] if which == 1 else None
            for span, which in zip(expected["offset_mapping"], expected.sequence_ids(), strict=True)
        ]
        found = [tuple(each) if each[0] >= 0 else None for each in places.tolist()]
        assert found == wanted


def test_byte_pairs_stand_where_transformers_says(tmp_path):
    tokenizer = tiny_roberta.write(tmp_path, NASTY, vocabulary=700)
    ours = load_backbone(f"cross_encoder://{tmp_path}").preprocess
    same = 0
    for text in NASTY:
        expected = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        (places,) = ours.offsets([text])
        (ids,) = ours.text.tokenizer.encode([text])
        # KerasHub parts some texts otherwise; places are then those of its own tokens.
        if ids == expected["input_ids"]:
            same += 1
            assert without_empty(text, places) == trimmed(text, expected["offset_mapping"])
    assert same >= len(NASTY) // 2


def test_the_characters_of_a_sentence_piece_spell_it(tmp_path):
    import keras_hub
    import sentencepiece

    from ftkeras.backbones.preprocessing._compiled_tokenizer import CompiledTokenizer

    (tmp_path / "texts.txt").write_text("\n".join(text.replace("\x00", "") for text in NASTY * 5))
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "texts.txt"), model_prefix=str(tmp_path / "spiece"), vocab_size=400,
        hard_vocab_limit=False, pad_id=0, unk_id=1, bos_id=2, eos_id=3, character_coverage=1.0,
    )  # fmt: skip
    proto = (tmp_path / "spiece.model").read_bytes()
    ours = CompiledTokenizer(keras_hub.tokenizers.SentencePieceTokenizer(proto=proto))
    spelt = 0
    for text in NASTY:
        (places,), (ids,) = ours.offsets([text]), ours.encode([text])
        assert len(places) == len(ids)
        assert (np.diff(places[:, 0]) >= 0).all()
        for token, (start, end) in zip(ids, places.tolist(), strict=True):
            piece = ours.tokenizer.id_to_token(token).replace("\u2581", "")
            told = unicodedata.normalize("NFKC", text[start:end])
            # Of several pieces of one character (a ligature) one has it, the others are empty.
            # A run of one sign has cuts that are equally likely, of which either may be taken.
            if token != 1 and start < end and len(set(piece)) > 1:
                assert piece in told
                spelt += len(piece)
    assert spelt > 0.9 * sum(len(text.split()) for text in NASTY)


def test_windows_of_a_long_text_are_encoded_as_the_whole(transformers):
    from ftkeras.tasks._windows import windows

    preprocess = load_backbone(f"cross_encoder://{MINILM}", sequence_length=48).preprocess
    # Words of more tokens than a window may lose for a better end are cut inside.
    text = " ".join(word for text in NASTY for word in text.split() if len(word) < 16)
    ((*cut,),) = windows([("What is it?", text)], preprocess, 16, 8)
    whole = {tuple(place) for place in preprocess.offsets([text])[0].tolist()}
    held = set()
    for window in cut:
        (places,) = preprocess.places([(window.question, window.context)])
        assert len(places) <= 48
        held |= {(window.begin + a, window.begin + b) for a, b in places.tolist() if a >= 0}
    missing = {span for span in whole if span[0] < span[1]} - held
    assert not missing, json.dumps([text[a:b] for a, b in sorted(missing)])
    assert np.ptp([window.begin for window in cut]) > 0
