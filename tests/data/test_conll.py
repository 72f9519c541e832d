import pathlib
import tempfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ftkeras.data.sources import conll
from ftkeras.errors import UserError
from tests.data.hostile_files import outcome

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)
POLICIES = st.sampled_from(["error", "skip", "quarantine"])
# A word is anything without what parts columns and lines, and with something to be seen.
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)
TAGS = st.sampled_from(["O", "B-PER", "I-PER", "NN"])
SENTENCES = st.lists(
    st.lists(st.tuples(WORDS, TAGS), min_size=1, max_size=5), min_size=1, max_size=5
)


def written(tmp_path, text, name="train.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def test_columns_documents_and_lines_are_those_of_the_shared_task(tmp_path):
    path = written(
        tmp_path,
        "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n\n"
        "-DOCSTART- -X- -X- O\n\nPeter NNP B-NP B-PER\n",
    )
    found = conll.build(path)
    assert found.inputs.tolist() == [("EU", "rejects"), ("Peter",)]
    assert found.labels.tolist() == [("B-ORG", "O"), ("B-PER",)]
    assert found.locations.tolist() == ["train.txt, line 3", "train.txt, line 9"]
    assert found.columns["document"].tolist() == [1, 2]
    assert found.modality == "words"
    speech = conll.build(path, tag=1)
    assert speech.labels.tolist() == [("NNP", "VBZ"), ("NNP",)]
    assert speech.ids.tolist() == found.ids.tolist()


def test_tabs_part_columns_that_hold_spaces(tmp_path):
    found = conll.build(written(tmp_path, "New York\tB-LOC\r\n,\tO\r\n \t \r\nBern B-LOC"))
    assert found.inputs.tolist() == [("New York", ","), ("Bern",)]


def test_comments_and_words_that_look_like_them(tmp_path):
    path = written(tmp_path, "# text = a\n1\ta\tDET\n# NOUN X\n")
    assert conll.build(path, word=1, comment="#").inputs.tolist() == [("a",)]
    assert conll.build(written(tmp_path, "# O\n1 O\n")).inputs.tolist() == [("#", "1")]


# The examples of the specification of CoNLL-U: words and tokens, and empty nodes.
RANGES = """# text = vámonos al mar
1-2\tvámonos\t_\t_
1\tvamos\tir\tVERB
2\tnos\tnosotros\tPRON
3-4\tal\t_\t_
3\ta\ta\tADP
4\tel\tel\tDET
5\tmar\tmar\tNOUN

# newpar
# text = Sue likes coffee and Bill tea
1\tSue\tSue\tPROPN
2\tlikes\tlike\tVERB
3\tcoffee\tcoffee\tNOUN
4\tand\tand\tCCONJ
5\tBill\tBill\tPROPN
5.1\tlikes\tlike\tVERB
6\ttea\ttea\tNOUN
"""


def test_ranges_empty_nodes_and_comments_of_conll_u_are_no_words(tmp_path):
    path = written(tmp_path, RANGES)
    found = conll.build(path, word=1, tag=3)
    assert found.inputs.tolist() == [
        ("vamos", "nos", "a", "el", "mar"),
        ("Sue", "likes", "coffee", "and", "Bill", "tea"),
    ]
    assert found.labels.tolist() == [
        ("VERB", "PRON", "ADP", "DET", "NOUN"),
        ("PROPN", "VERB", "NOUN", "CCONJ", "PROPN", "NOUN"),
    ]
    assert found.locations.tolist() == ["train.txt, line 3", "train.txt, line 12"]
    assert conll.build(path, word=1, tag=3, comment="#").inputs.tolist() == found.inputs.tolist()
    assert conll.build(path, word=-3, tag=-1).inputs.tolist() == found.inputs.tolist()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # Of WebAnno: the sentence and the word in it. All are words.
        ("1-1\tAda\tO\n1-2\twrote\tO\n", ("Ada", "wrote")),
        # Chapters count nothing.
        ("7\tAda\tO\n1-2\twrote\tO\n", ("Ada", "wrote")),
        ("1\tAda\tO\n1-2\twrote\tO\n1\there\tO\n", ("Ada", "wrote", "here")),
    ],
)
def test_what_only_looks_like_a_range_is_a_word(tmp_path, content, words):
    assert conll.build(written(tmp_path, content), word=1).inputs.tolist() == [words]


def test_scores_in_the_column_of_words_are_words(tmp_path):
    path = written(tmp_path, "1\tO\n1-2\tO\n2.5\tO\n# B\n")
    assert conll.build(path).inputs.tolist() == [("1", "1-2", "2.5", "#")]


def test_several_files_keep_their_names(tmp_path):
    for name in ("train", "dev", "test"):
        written(tmp_path, f"{name} O\n", f"{name}.txt")
    found = conll.build(str(tmp_path / "*.txt"))
    assert found.columns["file"].tolist() == ["dev", "test", "train"]


def test_a_line_that_cannot_be_read_is_named_with_file_and_line(tmp_path):
    path = written(tmp_path, "a O\nb\nc O\n\nd O\n\n\tO\n")
    with pytest.raises(UserError, match=r"train\.txt, line 1: line 2 has 1 column"):
        conll.build(path)
    found = conll.build(path, on_bad_row="quarantine")
    assert found.inputs.tolist() == [("d",)]
    assert [row.location for row in found.rejected] == ["train.txt, line 1", "train.txt, line 7"]


def test_a_wrong_encoding_says_where(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(b"a O\n" * 9000 + "é O\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.txt.*utf-8.*encoding='cp1252'"):
        conll.build(str(path))
    assert conll.build(str(path), encoding="latin-1").inputs[0][-1] == "é"
    with pytest.raises(UserError, match="encoding='nope'"):
        conll.build(str(path), encoding="nope")


def test_a_file_that_is_missing_or_holds_nothing_is_told_of(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        conll.build(str(tmp_path / "no.txt"))
    with pytest.raises(UserError, match=r"no usable row of empty\.txt"):
        conll.build(written(tmp_path, "\n-DOCSTART- O\n\n", "empty.txt"))


@FUZZ
@given(
    sentences=SENTENCES,
    gap=st.sampled_from([" ", "\t", "  "]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read(sentences, gap, end):
    lines = [end.join(f"{word}{gap}{tag}" for word, tag in words) for words in sentences]
    with tempfile.TemporaryDirectory() as folder:
        path = written(pathlib.Path(folder), (end + end).join(lines))
        kept = [words for words in sentences if not words[0][0].startswith("-DOCSTART-")]
        found = conll.build(path)
    assert found.inputs.tolist() == [tuple(word for word, _ in words) for words in kept]
    assert found.labels.tolist() == [tuple(tag for _, tag in words) for words in kept]


@FUZZ
@given(data=st.binary(max_size=200), policy=POLICIES, tag=st.integers(-3, 3))
@example(data=b"\xff\xfea O\n", policy="skip", tag=-1)
@example(data=b"\xef\xbb\xbfa O\n", policy="error", tag=-1)
@example(data="\u2028 O\n\x85 O\n\u00a0 O".encode(), policy="skip", tag=-1)
@example(data=b"\0 O\n", policy="skip", tag=1)
def test_any_bytes_as_conll(tmp_path, data, policy, tag):
    path = tmp_path / "t.txt"
    path.write_bytes(data)
    outcome(conll.build, str(path), tag=tag, on_bad_row=policy, named="t.txt")
