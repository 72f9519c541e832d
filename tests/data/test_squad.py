"""Files of SQuAD, and answers in tables; what is wrong is named."""

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ftkeras.contracts.split import Split
from ftkeras.data import gold_answers
from ftkeras.data.checks.shared_contexts import SharedContexts
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.sources import csv as csv_source
from ftkeras.data.sources import json_lines, parquet, squad
from ftkeras.errors import UserError
from ftkeras.tasks.question_answering import QuestionAnswering

CONTEXT = "Ann left Rome in 1999. Bob stayed in Rome."


def asked(id_, question, *answers, **more):
    golds = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": id_, "question": question, "answers": golds, **more}


def write(path, *qas, context=CONTEXT):
    paragraph = {"context": context, "qas": list(qas)}
    content = {"version": "v2.0", "data": [{"title": "Ann", "paragraphs": [paragraph]}]}
    path.write_text(json.dumps(content))
    return str(path)


def test_answers_keep_their_places(tmp_path):
    path = write(
        tmp_path / "a.json",
        asked("q1", "Who left?", ("Ann", 0)),
        asked("q2", "Where did Bob stay?", ("Rome", 37), ("in Rome", 34)),
        asked("q3", "Who sang?", is_impossible=True, plausible_answers=[{"text": "Bob"}]),
    )
    found = squad.build(path)
    assert found.labels.tolist() == [(("Ann", 0),), (("Rome", 37), ("in Rome", 34)), ()]
    assert found.inputs.tolist()[0] == ("Who left?", CONTEXT)
    assert found.locations.tolist()[1] == "a.json, question q2"
    assert found.columns["title"].tolist() == ["Ann"] * 3


@pytest.mark.parametrize(
    ("qa", "reason"),
    [
        (
            asked("q9", "Who?", ("Ann", 4)),
            "'Ann' does not begin at character 4, where 'lef' stands",
        ),
        (asked("q9", "Who?", ("Eve", -1)), "'Eve' does not stand in it"),
        (asked("q9", "  ", ("Ann", 0)), "`question` is empty"),
        (asked("q9", "Who?", ("", 0)), "an answer is empty"),
        ({"id": "q9", "question": "Who?"}, "lacks what it must have"),
    ],
)
def test_a_bad_question_is_named_with_its_file(tmp_path, qa, reason):
    path = write(tmp_path / "a.json", asked("q1", "Who left?", ("Ann", 0)), qa)
    with pytest.raises(UserError, match=r"a\.json") as told:
        squad.build(path)
    assert reason in str(told.value)
    kept = squad.build(path, on_bad_row="skip")
    assert len(kept) == 1
    assert reason in kept.rejected[0].reason


@pytest.mark.parametrize("text", ["[]", "{", '{"data": 3}', '{"rows": []}', '"x"', "\xff"])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=r"a\.json"):
        squad.build(str(path))


def test_an_article_that_is_none_is_a_bad_row(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"data": [{"title": "x"}, 3]}))
    with pytest.raises(UserError, match=r"a\.json, article 1.*a\.json, article 2"):
        squad.build(str(path))


ROWS = [
    ("Who left?", CONTEXT, "Ann", 0),
    ("Where did Bob stay?", CONTEXT, "Rome", 37),
    ("Where did Ann live?", CONTEXT, "Rome", ""),
    ("Who sang?", CONTEXT, "", ""),
]
GOLDS = [(("Ann", 0),), (("Rome", 37),), (("Rome", 9),), ()]
NAMED = {"text": "question", "second_text": "context", "label": "answer"}


def table(path, rows=ROWS, start="answer_start"):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("question", "context", "answer", start), *rows])
    return str(path)


@pytest.mark.parametrize(("column", "start"), [("answer_start", ""), ("at", "at")])
def test_a_table_of_answers_is_read(tmp_path, column, start):
    found = csv_source.build(table(tmp_path / "a.csv", start=column), **NAMED, start=start)
    assert found.labels.tolist() == GOLDS
    assert (found.modality, sorted(found.columns)) == ("text_pair", [])


def test_without_places_the_first_occurrence_is_taken(tmp_path):
    rows = [row[:3] for row in ROWS]
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("question", "context", "answer"), *rows])
    found = csv_source.build(str(path), **NAMED, start="")
    assert [golds[0][1] for golds in found.labels[:3]] == [0, 9, 9]


def test_json_lines_and_parquet_hold_lists_of_answers(tmp_path):
    lists = [
        {"text": [text for text, _ in golds], "answer_start": [start for _, start in golds]}
        for golds in GOLDS
    ]
    lines = [
        {"question": row[0], "context": CONTEXT, "answers": each}
        for row, each in zip(ROWS, lists, strict=True)
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    named = {**NAMED, "label": "answers"}
    assert json_lines.build(str(path), **named, start="").labels.tolist() == GOLDS
    pq.write_table(pa.Table.from_pylist(lines), tmp_path / "a.parquet")
    assert parquet.build(str(tmp_path / "a.parquet"), **named, start="").labels.tolist() == GOLDS


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("Who?", CONTEXT, "Eve", ""), "`answer`: 'Eve' does not stand in it"),
        (("Who?", CONTEXT, "Ann", 3), "does not begin at character 3"),
        (("Who?", CONTEXT, "Ann", "first"), "it begins at 'first', which is no number"),
        (("Who?", CONTEXT, "Ann", -2), "it begins at '-2', for 1 answers"),
        (("Who?", "", "Ann", 0), "`context` is empty"),
        (("Who?", CONTEXT, '[["Ann", "x"]]', ""), "does not stand in it"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, reason):
    path = table(tmp_path / "a.csv", [*ROWS, row])
    with pytest.raises(UserError, match=r"a\.csv, row 6") as told:
        csv_source.build(path, **NAMED, start="")
    assert reason in str(told.value)
    assert len(csv_source.build(path, **NAMED, start="", on_bad_row="skip")) == 4


def test_answers_need_a_question_and_a_context(tmp_path):
    with pytest.raises(UserError, match="second_text=None"):
        csv_source.build(table(tmp_path / "a.csv"), text="question", label="answer", start="")


def test_rows_of_one_question_are_one_example_with_all_answers():
    pairs = [("Who?", CONTEXT), ("who? ", CONTEXT), ("Who?", "Ann."), ("Who?", CONTEXT)]
    rows = from_arrays(pairs, [0, 1, 2, 3])
    labels = np.empty(4, object)
    labels[:] = ["Ann", "Bob", "Ann", ""]
    task = QuestionAnswering()
    rows = gold_answers.one_question_each(
        type(rows)(**{**vars(rows), "labels": task.read(labels), "label_kind": "spans"})
    )
    assert rows.labels.tolist() == [(("Ann", 0), ("Bob", 23)), (("Ann", 0),), ()]
    passages = rows.columns["passage"].tolist()
    assert passages[0] == passages[2] != passages[1]


def test_contexts_in_two_parts_are_told_of(tmp_path):
    path = write(tmp_path / "a.json", *(asked(f"q{k}", f"Who {k}?", ("Ann", 0)) for k in range(4)))
    dataset = squad.build(path)
    dataset = type(dataset)(**{**vars(dataset), "label_kind": "spans"})
    ids = dataset.ids
    split = Split(ids[:2], ids[2:3], ids[3:], rule="by_hand", seed=0)
    (finding,) = SharedContexts()(dataset, split)
    assert finding.severity == "warning"
    assert finding.count == 2
    alone = Split(ids[:0], ids[:0], ids, rule="by_hand", seed=0)
    assert SharedContexts()(dataset, alone) == []
