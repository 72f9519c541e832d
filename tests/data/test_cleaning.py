import html as standard_html
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_datasets import texts

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.data.clean import cleaned, cleaner
from ftkeras.data.cleaning.html import Html
from ftkeras.data.cleaning.mask import Mask
from ftkeras.data.cleaning.unicode import Unicode
from ftkeras.data.cleaning.whitespace import Whitespace
from ftkeras.errors import UserError

NAMES = catalog.names("data/cleaning")
# Characters that real texts hold: no surrogates, nothing private or unassigned.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Co", "Cn")), max_size=40)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "html"])
@given(text=TEXTS)
def test_cleaning_twice_is_cleaning_once(name, text):
    """All but `html`: what an escaped text shows may be HTML again."""
    step = catalog.build("data/cleaning", Call(name))
    assert step(step(text)) == step(text)


@pytest.mark.parametrize("name", NAMES)
@given(words=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=6))
def test_plain_words_stay_as_they_are(name, words):
    assert catalog.build("data/cleaning", Call(name))(" ".join(words)) == " ".join(words)


@given(text=st.text(st.characters(min_codepoint=0xA1, max_codepoint=0x2FFF,
                                  exclude_categories=("Cs", "Co", "Cn", "Cc")), min_size=1))  # fmt: skip
def test_utf8_that_was_read_as_windows_1252_is_read_again(text):
    text = unicodedata.normalize("NFC", text)
    wrong = "".join(_wrong(byte) for byte in text.encode("utf-8"))
    assert Unicode()(f"a {wrong} b") == Unicode()(f"a {text} b")


def _wrong(byte):
    """The character that readers take a byte for."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize("text", ["naïve café", "Öl für Äpfel", "日本語", "Ça va?", "½ £", "é", "한국"])  # fmt: skip
def test_text_that_was_read_rightly_stays(text):
    assert Unicode()(text) == text


def test_control_characters_go_and_joined_emoji_stay():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert Unicode()(f"\ufeffa\x00b\x07{family}\n\tc") == f"ab{family}\n\tc"


@given(text=TEXTS)
def test_what_was_escaped_for_html_is_read_as_it_was(text):
    assert Html()(standard_html.escape(text)) == text


def test_tags_scripts_and_comments_are_not_read():
    page = "<div class='a > b'>One<!-- no --><b>two</b></div><style>p {x}</style><p>three"
    assert Whitespace()(Html()(page)) == "Onetwo three"
    assert Html()("a < b and c > d") == "a < b and c > d"


def test_addresses_are_masked_and_the_sentence_is_kept():
    text = "(see http://a.org/b_c.) or WWW.x.com/?q=1. RT @bob: mail me@x.co.uk; 5 @ 3"
    assert Mask()(text) == "(see http.) or http. RT @user: mail email; 5 @ 3"
    assert Mask(url=None, user="")("@bob http://a.org") == " http://a.org"


def test_a_dataset_keeps_ids_and_order_and_every_text_inside_a_pair_is_cleaned():
    dataset = texts(["A  b", "C"], [0, 1])
    clean = cleaned(dataset, [Call("whitespace"), Call("lowercase")])
    assert clean.inputs.tolist() == ["a b", "c"]
    assert clean.ids.tolist() == dataset.ids.tolist()
    assert cleaned(dataset, []) is dataset
    pair = cleaner([Call("whitespace")])
    assert pair(("a  b", "c ")) == ("a b", "c")
    picture = np.zeros((2, 2), "uint8")
    assert pair({"text": " a", "image": picture})["image"] is picture


def test_what_cannot_be_cleaned_is_refused():
    with pytest.raises(UserError, match=r"nothing left of made\.csv, row 3 after --clean=html"):
        cleaned(texts(["fine", "<br>"], [0, 1]), [Call("html")])
    images = texts(["a"], [0])
    images = type(images)(**{**vars(images), "modality": "image"})
    with pytest.raises(UserError, match="modality 'image'"):
        cleaned(images, [Call("html")])
    with pytest.raises(UserError, match="form='NFX'"):
        Unicode(form="NFX")
