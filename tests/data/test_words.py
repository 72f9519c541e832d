"""Texts in words from tables, and what the checks make of them."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftkeras.contracts.split import Split
from ftkeras.data.checks.empty_inputs import EmptyInputs
from ftkeras.data.checks.tag_scheme import TagScheme
from ftkeras.data.checks.unseen_labels import UnseenLabels
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.near_duplicates import near_pairs
from ftkeras.data.sources import conll, hugging_face, json_lines, parquet
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError
from tests.data.hostile_files import outcome

ROWS = [
    {"tokens": ["Ada", "wrote"], "tags": ["B-PER", "O"], "year": 1843},
    {"tokens": ["Bern"], "tags": ["B-LOC"], "year": 1848},
]
VALUES = st.one_of(
    st.none(), st.text(max_size=3), st.integers(), st.floats(),
    st.lists(st.one_of(st.text(max_size=3), st.none(), st.integers(), st.lists(st.text(max_size=1))),
             max_size=3),
)  # fmt: skip


def lines(tmp_path, rows):
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_lists_in_json_lines_and_parquet_are_the_same_examples(tmp_path):
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "t.parquet")
    given = {"words": "tokens", "label": "tags"}
    one = json_lines.build(lines(tmp_path, ROWS), **given)
    other = parquet.build(str(tmp_path / "t.parquet"), **given)
    for found in (one, other):
        assert found.modality == "words"
        assert found.inputs.tolist() == [("Ada", "wrote"), ("Bern",)]
        assert found.labels.tolist() == [("B-PER", "O"), ("B-LOC",)]
        assert found.columns["year"].tolist() == [1843, 1848]
    (tmp_path / "t.txt").write_text("Ada B-PER\nwrote O\n\nBern B-LOC\n")
    ids = conll.build(str(tmp_path / "t.txt")).ids.tolist()
    assert one.ids.tolist() == other.ids.tolist() == ids
    assert json_lines.build(lines(tmp_path, ROWS[::-1]), **given).ids.tolist() == ids[::-1]


def test_numbers_of_classes_in_a_data_set_become_their_names(tmp_path):
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner": datasets.Sequence(datasets.ClassLabel(names=["O", "B-PER"])),
            "id": datasets.Value("string"),
        }
    )
    rows = {"tokens": [["Ada", "wrote"], ["no"]], "ner": [[1, 0], [0]], "id": ["a", "b"]}
    part = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": part, "test": part.select([1])}).save_to_disk(tmp_path / "d")
    found = hugging_face.build(str(tmp_path / "d"), words="tokens", label="ner")
    assert found.labels.tolist() == [("B-PER", "O"), ("O",), ("O",)]
    assert found.columns["part"].tolist() == ["train", "train", "test"]
    assert found.columns["id"].tolist() == ["a", "b", "b"]
    with pytest.raises(UserError, match="only input"):
        hugging_face.build(str(tmp_path / "d"), words="tokens", text="id", label="ner")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"tokens": ["a", "b"], "tags": ["O"]}, "`tags` has 1 tags for 2 words"),
        ({"tokens": "a b", "tags": ["O"]}, "`tokens` is 'a b', not a list of words"),
        ({"tokens": [], "tags": []}, "`tokens` is empty"),
        ({"tokens": ["a", " "], "tags": ["O", "O"]}, "`tokens, word 2` is empty"),
        ({"tokens": ["a"], "tags": [None]}, "`tags, tag 1` is missing"),
        ({"tokens": ["a"], "tags": [["O"]]}, "`tags, tag 1` is missing"),
        ({"tags": ["O"]}, "`tokens` is missing"),
    ],
)
def test_a_row_without_a_tag_for_each_word_is_named(tmp_path, row, says):
    path = lines(tmp_path, [ROWS[0], row])
    with pytest.raises(UserError, match=rf"t\.jsonl, line 2: {says}"):
        json_lines.build(path, words="tokens", label="tags")
    found = json_lines.build(path, words="tokens", label="tags", on_bad_row="skip")
    assert len(found) == 1
    assert found.rejected[0].location == "t.jsonl, line 2"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=80)  # fmt: skip
@given(
    rows=st.lists(st.tuples(VALUES, VALUES), max_size=4), policy=st.sampled_from(["error", "skip"])
)
def test_any_values_as_words(tmp_path, rows, policy):
    path = lines(tmp_path, [{"words": words, "tags": tags} for words, tags in rows])
    found = outcome(json_lines.build, path, words="words", label="tags", on_bad_row=policy)
    if found is not None:
        assert all(len(w) == len(t) for w, t in zip(found.inputs, found.labels, strict=True))


def test_words_are_the_only_input(tmp_path):
    with pytest.raises(UserError, match="`words` to be the only input"):
        json_lines.build(lines(tmp_path, ROWS), words="tokens", text="year", label="tags")


def data(tmp_path, text):
    path = tmp_path / "d.txt"
    path.write_text(text)
    return conll.build(str(path))


def with_tags(dataset):
    return dataset.take(np.arange(len(dataset))).__class__(
        **{**vars(dataset), "label_kind": "tags"}
    )


def test_case_tells_texts_apart_and_disagreement_is_told_word_by_word(tmp_path):
    found = data(
        tmp_path, "us B-LOC\ntoo O\n\nUS B-LOC\ntoo O\n\nBern O\n.\tO\n\nBern B-LOC\n. O\n"
    )
    kept, report = deduplicate(with_tags(found))
    assert kept.inputs.tolist() == [("us", "too"), ("US", "too")]
    assert report.dropped == {"repeated": 0, "conflicting_labels": 2}
    assert "d.txt, line 7 is Bern O, d.txt, line 10 is Bern B-LOC" in report.findings[0].message


def test_near_copies_are_found_in_the_joined_words(tmp_path):
    long = "\n".join(f"word{i} O" for i in range(30))
    found = data(tmp_path, f"{long}\n\n{long}\n! O\n\nsomething O\nelse O\n")
    assert near_pairs(found).tolist() == [[0, 1]]


def test_words_without_a_character_are_told_of(tmp_path):
    found = data(tmp_path, "a O\n\nb O\n")
    inputs = found.inputs.copy()
    inputs[1] = ("\u200b",)
    assert EmptyInputs()(found.__class__(**{**vars(found), "inputs": inputs}))[0].count == 1


def test_tags_that_break_their_scheme_are_named_with_their_places(tmp_path):
    text = "a B-X\nb I-X\n\nc O\nd I-X\n\ne B-X\nf I-Y\n\ng B-Y\nh I-Y\n"
    (finding,) = TagScheme()(with_tags(data(tmp_path, text)))
    assert (finding.severity, finding.count) == ("warning", 2)
    assert "2 words with a tag that breaks IOB2, such as I-X, in 2 examples" in finding.message
    assert "d.txt, line 4; d.txt, line 7" in finding.message


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("a I-X\nb I-X\n\nc O\nd I-X\ne B-X\n", ["note"]),  # IOB1
        ("a B-X\nb I-X\n", []),
        ("a S-X\nb B-Y\nc E-Y\n", []),
        ("a S-X\nb B-Y\nc O\n\nd S-X\ne S-X\n", ["warning"]),
        ("a U-X\nb B-X\nc L-X\n", []),
        ("a NOUN\nb VERB\n", []),
    ],
)
def test_the_scheme_is_seen_from_the_letters(tmp_path, text, severities):
    found = TagScheme()(with_tags(data(tmp_path, text)))
    assert [finding.severity for finding in found] == severities


def test_another_form_of_a_known_type_is_no_unseen_tag(tmp_path):
    found = with_tags(
        data(tmp_path, "a B-LOC\n\nb B-PER\nc I-PER\n\nd B-LOC\ne I-LOC\n\nf O\ng B-X\n")
    )
    split = Split(found.ids[:2], found.ids[2:3], found.ids[3:], rule="", seed=0)
    (finding,) = UnseenLabels()(found, split)
    assert finding.count == 1
    assert "B-X (d.txt, line 9, in test)" in finding.message


def test_every_part_gets_its_share_of_every_tag(tmp_path):
    text = "".join(f"w{i} {'B-RARE' if i % 10 == 0 else 'O'}\n\n" for i in range(200))
    found = with_tags(data(tmp_path, text))
    split = Stratified()(found, seed=0)
    rare = {part: sum("B-RARE" in tags for tags in split.take(part, found).labels)
            for part in ("train", "validation", "test")}  # fmt: skip
    assert rare == {"train": 14, "validation": 3, "test": 3}
