"""BERT's tokenizer: each expectation is worked out from the original's rules by hand."""

import pytest

from ftkeras.backbones.preprocessing._word_piece import WordPiece, read_vocabulary
from ftkeras.errors import UserError

PIECES = (
    *("[UNK]", "un", "##aff", "##able", "run", "##ning", "cafe", "café", "Cafe", "!", "[", "]"),
    *("the", "cat", "##cat", "strasse", "straße", "σ", "##σ", "##ς", "中", "文", "中文", "$", "ς"),
)
ID = {piece: index for index, piece in enumerate(PIECES)}


def pieces(text, **settings):
    tokenizer = WordPiece(PIECES, **{"lowercase": True, **settings})
    [ids] = tokenizer.encode([text])
    assert tokenizer.sizes([text]) == [len(ids)]
    return [PIECES[index] for index in ids]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unaffable running", ["un", "##aff", "##able", "run", "##ning"]),
        ("unaffablex", ["[UNK]"]),
        ("the!cat", ["the", "!", "cat"]),
        ("$the", ["$", "the"]),
        ("CAFÉ Café cafe\N{COMBINING ACUTE ACCENT}", ["cafe", "cafe", "cafe"]),
        ("straße STRASSE", ["straße", "strasse"]),  # ß is lowered, to itself, not folded to ss
        ("ΣΣ", ["σ", "##σ"]),
        ("中文", ["中", "文"]),
        ("the\N{NO-BREAK SPACE}cat\N{IDEOGRAPHIC SPACE}the", ["the", "cat", "the"]),
        ("the\N{LINE SEPARATOR}cat\tthe\r\ncat", ["the", "cat", "the", "cat"]),
        ("the\N{ZERO WIDTH SPACE}cat", ["the", "##cat"]),
        ("the\x00\x07cat\N{REPLACEMENT CHARACTER}", ["the", "##cat"]),
        ("the\x0bcat", ["the", "##cat"]),
        ("[UNK]", ["[", "[UNK]", "]"]),  # control tokens cannot be smuggled in as text
        ("", []),
        (" \n ", []),
    ],
)
def test_uncased_rules(text, expected):
    assert pieces(text) == expected


def test_cased_keeps_case_and_accents():
    assert pieces("Cafe café cafe", lowercase=False) == ["Cafe", "café", "cafe"]


def test_accents_can_be_kept_when_lowering():
    assert pieces("CAFÉ", strip_accents=False) == ["café"]


def test_ideographs_can_stay_together():
    assert pieces("中文", split_ideographs=False) == ["中文"]


def test_words_of_100_characters_are_spelled_and_longer_ones_are_unknown():
    assert pieces("σ" * 100) == ["σ", *["##σ"] * 99]  # 200 bytes: the limit counts characters
    assert pieces("σ" * 101) == ["[UNK]"]


def test_a_batch_encodes_as_its_texts_alone():
    tokenizer = WordPiece(PIECES, lowercase=True)
    texts = ["the cat running unaffable the", "", "cat the running cat"]
    assert tokenizer.encode(texts) == [tokenizer.encode([text])[0] for text in texts]
    assert tokenizer.sizes(texts) == [len(row) for row in tokenizer.encode(texts)]


def test_half_a_surrogate_pair_is_no_character():
    assert pieces("the \ud83d cat") == ["the", "cat"]


def test_saved_and_loaded_it_encodes_the_same(tmp_path):
    odd = [*PIECES, "\N{LINE SEPARATOR}", "a b", "\N{NEXT LINE}"]
    tokenizer = WordPiece(odd, lowercase=True, strip_accents=False)
    tokenizer.save(tmp_path)
    loaded = WordPiece.load(tokenizer.config, tmp_path)
    assert loaded.vocabulary == tuple(odd)
    assert loaded.config == tokenizer.config


def test_an_altered_vocabulary_is_refused(tmp_path):
    tokenizer = WordPiece(PIECES, lowercase=True)
    tokenizer.save(tmp_path)
    text = (tmp_path / "vocabulary.txt").read_text(encoding="utf-8")
    (tmp_path / "vocabulary.txt").write_text(text.replace("cat", "dog", 1), encoding="utf-8")
    with pytest.raises(UserError, match="another digest"):
        WordPiece.load(tokenizer.config, tmp_path)


def test_a_vocabulary_without_the_unknown_piece_is_refused():
    with pytest.raises(UserError, match="UNK"):
        WordPiece(["a"], lowercase=True)


def test_windows_line_ends_are_not_part_of_a_piece(tmp_path):
    (tmp_path / "vocab.txt").write_bytes(b"[UNK]\r\nthe\r\n")
    assert read_vocabulary(tmp_path / "vocab.txt") == ["[UNK]", "the"]
