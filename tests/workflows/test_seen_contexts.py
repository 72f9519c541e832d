"""New questions about texts that a run has read, held to a comparison of the texts themselves."""

import dataclasses
import json

import numpy as np
import pytest

from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.from_arrays import from_arrays
from ftkeras.records import split_table
from ftkeras.workflows import _prepared_data, _seen_contexts


def squad(path, contexts):
    """Two questions about each context, as a file of SQuAD."""
    told = []
    for number, context in enumerate(contexts):
        asked = [
            {"id": f"{number}/{k}", "question": f"Which {number} {word}?",
             "answers": [{"text": context.split()[0], "answer_start": 0}]}
            for k, word in enumerate(("one", "two"))
        ]  # fmt: skip
        told.append({"context": context, "qas": asked})
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": told}]}))
    return f"squad(path={str(path)!r})"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The parts of a run's data, and its `split.parquet`."""
    folder = tmp_path_factory.mktemp("contexts")
    data = squad(folder / "train.json", [f"Town{n} lies on the river {n * n}." for n in range(40)])
    config = RunConfig.read(mode="check_data", task="question_answering", data=data)
    prepared = _prepared_data.prepare(config)
    path = folder / "split.parquet"
    split_table.write(prepared.split, path, _seen_contexts.of_parts(prepared.parts))
    return prepared.parts, path


def contexts_of(part):
    return sorted({context for _, context in part.inputs})


def asked_anew(contexts):
    pairs = [(f"What is told of {n}?", context) for n, context in enumerate(contexts)]
    labels = np.empty(len(pairs), object)
    labels[:] = [((context.split()[0], 0),) for context in contexts]
    rows = from_arrays(pairs, list(range(len(pairs))))
    return dataclasses.replace(rows, labels=labels, label_kind="spans")


def test_the_split_of_a_run_keeps_what_its_questions_are_about(kept):
    parts, path = kept
    found = split_table.contexts(path)
    assert {name: len(each) for name, each in found.items()} == {
        name: len(contexts_of(part)) for name, part in parts.items()
    }
    assert found["train"].isdisjoint(found["validation"] | found["test"])
    assert split_table.read(path) == {name: set(part.ids) for name, part in parts.items()}


def test_questions_about_known_contexts_are_told_apart(kept):
    parts, path = kept
    contexts = [
        contexts_of(parts["train"])[0].upper().replace(" ", "  "),  # says the same
        contexts_of(parts["validation"])[0],
        contexts_of(parts["test"])[0],
        "Nowhere has this been read.",
    ]
    examples, (finding,) = _seen_contexts.compared(asked_anew(contexts), path)
    assert examples.columns[_seen_contexts.COLUMN].tolist() == ["yes", "yes", "no", "no"]
    assert finding.severity == "warning"
    assert finding.count == 2
    assert finding.locations == tuple(map(str, examples.locations[:2]))
    assert "2 questions are about contexts that the run was trained or chosen on" in finding.message


def test_contexts_that_are_all_new_or_all_known_need_no_slices(kept):
    parts, path = kept
    new = asked_anew(contexts_of(parts["test"]))
    assert _seen_contexts.compared(new, path) == (new, [])
    examples, (finding,) = _seen_contexts.compared(asked_anew(contexts_of(parts["train"])), path)
    assert _seen_contexts.COLUMN not in examples.columns
    assert finding.count == len(contexts_of(parts["train"]))
    assert "ask about other contexts" in finding.action


def test_a_run_that_keeps_no_contexts_says_so(kept, tmp_path):
    parts, _ = kept
    older = tmp_path / "split.parquet"
    ids = {name: part.ids for name, part in parts.items()}
    split = _prepared_data.Split(**ids, rule="r", seed=0)
    split_table.write(split, older)
    assert split_table.contexts(older) is None
    examples, (finding,) = _seen_contexts.compared(asked_anew(["Any text."]), older)
    assert finding.severity == "note"
    assert "not known" in finding.message
    assert len(examples) == 1


def test_other_answers_have_no_contexts(kept):
    texts = np.array(["a", "b"])
    plain = Dataset("text", texts, texts.astype(object), texts, texts)
    assert _seen_contexts.of_parts({"train": plain}) is None
    assert _seen_contexts.compared(plain, kept[1]) == (plain, [])
