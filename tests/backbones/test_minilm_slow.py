"""all-MiniLM-L6-v2 as loaded here, against transformers and PyTorch on the same files."""

import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from ftkeras.backbones import load_backbone

MINILM = Path(__file__).parents[2] / "experiments/assets/fetched/minilm"
TEXTS = [
    "Hello café WORLD",
    "naïve résumé ÀÉÎ cafe\N{COMBINING ACUTE ACCENT}",
    "Straße ΣΊΣΥΦΟΣ İstanbul ﬁne",
    "中文字 mixed日本語かな 한국어",
    "no\N{NO-BREAK SPACE}break\N{ZERO WIDTH SPACE}zero\N{SOFT HYPHEN}width",
    "🤣😀 emoji😀 ❤️‍🔥",
    "\x00ctrl\x07\x1b\x85\x0b",
    "",
    "a" * 100 + " " + "b" * 101 + " " + "é" * 100,
    "don't stop!!! $5.00 `x` @user #tag http://t.co/xYz",
    "หนังสือเล่มนี้ดีมากหนังสือเล่มนี้ดีมากหนังสือเล่มนี้",
    "long " * 100,
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def backbone():
    return load_backbone(str(MINILM), sequence_length=64)


def test_tokens_of_nasty_texts_are_those_of_transformers(transformers, backbone):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM)
    expected = tokenizer(TEXTS, padding=True, truncation=True, max_length=64, return_tensors="np")
    encoded = backbone.preprocess(TEXTS)
    np.testing.assert_array_equal(encoded.arrays["token_ids"], expected["input_ids"])
    np.testing.assert_array_equal(encoded.arrays["padding_mask"], expected["attention_mask"])
    np.testing.assert_array_equal(encoded.arrays["segment_ids"], expected["token_type_ids"])


def test_hidden_states_are_those_of_transformers_within_1e_4(transformers, backbone):
    import torch

    encoded = backbone.preprocess(TEXTS)
    arrays = {name: torch.tensor(array).long() for name, array in encoded.arrays.items()}
    reference = transformers.AutoModel.from_pretrained(MINILM).eval()
    with torch.no_grad():
        expected = reference(
            input_ids=arrays["token_ids"],
            attention_mask=arrays["padding_mask"],
            token_type_ids=arrays["segment_ids"],
        ).last_hidden_state.numpy()
    found = backbone.model.predict(encoded.arrays, verbose=0)
    inside = encoded.arrays["padding_mask"] > 0
    assert np.abs(found["sequence"] - expected)[inside].max() <= 1e-4
    weight = encoded.arrays["padding_mask"][..., None]
    mean = (expected * weight).sum(1) / weight.sum(1)
    assert np.abs(found["mean_pooled"] - mean).max() <= 1e-4


def test_every_character_between_two_words_is_treated_as_transformers_does(transformers, backbone):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    texts = [f"the{character}cat" for character in characters]
    expected = tokenizer.encode_batch(texts, add_special_tokens=False)
    found = backbone.preprocess.tokenizer.encode(texts)
    differing = [
        character
        for character, ours, theirs in zip(characters, found, expected, strict=True)
        if ours != theirs.ids
    ]
    # The `tokenizers` package carries the tables of an older Unicode, and starts one block of
    # ideographs at U+2B920 for U+2B820, where BERT's authors start it.
    assert len(differing) < 800
    letters = [character for character in differing if unicodedata.category(character)[0] == "L"]
    assert all(0x2B820 <= ord(character) < 0x2B920 for character in letters)
    assert all(ord(character) > 0x600 for character in differing)
