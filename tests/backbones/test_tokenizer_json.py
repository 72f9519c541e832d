import json

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from ftkeras.backbones.preprocessing._tokenizer_json import FILE, TokenizerJson, of_residues
from ftkeras.backbones.preprocessing.text import Text
from ftkeras.errors import UserError

RESIDUES = ["<cls>", "<pad>", "<eos>", "<unk>", "M", "K", ".", "-", "<mask>"]


def proteins():
    return TokenizerJson(of_residues(RESIDUES, "<unk>"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("MKM", ["M", "K", "M"]),
        (" M K\n", ["M", "K"]),
        ("mk", ["<unk>"]),
        ("MjjK-.", ["M", "<unk>", "K", "-", "."]),
        ("M<mask>K", ["M", "<mask>", "K"]),
        ("", []),
    ],
)
def test_each_residue_is_a_token_wherever_it_stands(text, tokens):
    assert proteins().encode([text]) == [[RESIDUES.index(token) for token in tokens]]


def test_places_of_tokens_are_those_in_the_text():
    text = "M \ud83dKjjM"
    spans = proteins().offsets([text])[0]
    assert [text[a:b] for a, b in spans] == ["M", "K", "jj", "M"]
    assert proteins().sizes([text]) == [4]


def test_a_description_that_cuts_and_pads_does_neither_here():
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=5)
    assert TokenizerJson(tokenizer.to_str()).encode(["a a b a"]) == [[1, 1, 0, 1]]


def test_it_is_saved_with_a_text_and_found_changed(tmp_path):
    text = Text(proteins(), sequence_length=5, start=(0,), end=(2,), padding=1)
    text.save(tmp_path)
    config = json.loads((tmp_path / "preprocess.json").read_text())
    again = Text.load(config, tmp_path)
    expected = [[0, 4, 5, 4, 2], [0, 4, 2, 1, 1]]
    np.testing.assert_array_equal(again(["MKMK", "M"]).arrays["token_ids"], expected)
    np.testing.assert_array_equal(again.sizes(["MKMK", "M"]), [5, 3])
    whole = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(whole.replace('"M": 4', '"W": 4'))
    with pytest.raises(UserError, match="digest"):
        Text.load(config, tmp_path)
    (tmp_path / FILE).write_text("{")
    with pytest.raises(UserError, match="describe a tokenizer"):
        Text.load(config, tmp_path)
    (tmp_path / FILE).unlink()
    with pytest.raises(UserError, match="saved tokenizer"):
        Text.load(config, tmp_path)


def test_a_token_that_is_not_there_is_named():
    assert proteins().id_of("K") == 5
    with pytest.raises(UserError, match="'<sep>'"):
        proteins().id_of("<sep>")
