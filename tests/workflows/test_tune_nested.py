"""Hyper-parameters chosen by folds inside train and validation."""

import re

import numpy as np
import pytest
from sklearn.metrics import log_loss

import ftkeras
from ftkeras import run
from ftkeras.config import RunConfig
from ftkeras.contracts.split import PARTS
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _inner_folds, _prepared_data, _study, _trial


@pytest.fixture(scope="module")
def asked(settings, tmp_path_factory):
    given = {**settings, "mode": "tune", "trials": 2, "folds": "stratified(folds=2)"}
    given["search"] = ["learning_rate=loguniform(1e-3, 0.3)"]
    given["phase"] = ["linear_probe(epochs=2, batch_size=64)"]
    return RunConfig.read(**given, run_dir=str(tmp_path_factory.mktemp("nested") / "run"))


def test_every_open_example_is_held_out_once_and_no_test_example_is_seen(asked):
    data = _prepared_data.prepare(asked)
    inner = _inner_folds.inner_folds(asked, data)
    open_ids = {*data.parts["train"].ids.tolist(), *data.parts["validation"].ids.tolist()}
    held_out = [id_ for split in inner.splits for id_ in split.test.tolist()]
    assert sorted(held_out) == sorted(open_ids)
    assert not open_ids & set(data.parts["test"].ids.tolist())
    label_of = dict(zip(inner.examples.ids.tolist(), inner.labels.tolist(), strict=True))
    for name in ("train", "validation"):
        for id_, label in zip(data.parts[name].ids.tolist(), data.labels[name], strict=True):
            assert label_of[id_] == label


@pytest.mark.slow
def test_the_winner_is_the_best_by_the_answers_of_all_folds_together(asked):
    record = ftkeras.tune(asked)
    found = record.analyses["tuning"]
    data = _prepared_data.prepare(asked)
    inner = _inner_folds.inner_folds(asked, data)
    assert found["selection"]["num_units"] == len(inner.labels)
    assert "inner folds" in found["judged_on"]
    digest = f"{data.record()['digest']}/{data.split.digest}/{asked.folds}{inner.digest}"
    study = _study.Study(asked, digest, "min", 10)
    for trial in study.complete():
        logits = _study.logits_of(trial)[:, 0].astype("float64")
        expected = log_loss(inner.labels, 1 / (1 + np.exp(-logits)))
        assert trial.value == pytest.approx(expected, abs=1e-6)
        assert len(trial.intermediate_values) == 2
        assert trial.intermediate_values[1] == pytest.approx(expected, abs=1e-6)
    assert found["winner"] == min(study.complete(), key=lambda trial: trial.value).number
    assert len(record.test_reads) == 1
    winner = RunRecord.read(asked.run_dir / "winner/record.json").config
    assert (winner["mode"], "folds" in winner) == ("finetune", False)  # the folds chose, no more


@pytest.mark.slow
def test_a_fold_is_answered_by_a_model_that_did_not_see_it(asked):
    """Labels turned around in one fold: only what is trained on them follows."""
    data = _prepared_data.prepare(asked)
    score = _trial.choosing_score(asked, data)
    inner = _inner_folds.inner_folds(asked, data)
    settings = _trial.settings_of(asked, {"phase.learning_rate": 0.1})
    before = _trial.Trials(data, score, inner)(settings, lambda *_: None)
    rows, _ = inner.part(inner.splits[0], "test")
    inner.labels[rows] = 1 - inner.labels[rows]
    after = _trial.Trials(data, score, inner)(settings, lambda *_: None)
    np.testing.assert_array_equal(before[rows], after[rows])
    others, _ = inner.part(inner.splits[1], "test")
    assert (before[others] != after[others]).any()


def test_repeated_folds_are_refused(asked, capsys):
    flags = {**asked.settings(), "folds": "stratified(folds=2, repeats=3)"}
    words = [f"--{name}={item}" for name, value in flags.items()
             for item in (value if isinstance(value, list) else [value])]  # fmt: skip
    assert run.main(words) == 2
    assert "folds without repeats" in capsys.readouterr().err


def shingles(text):
    letters = " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())
    return {letters[place : place + 5] for place in range(len(letters) - 4)}


def alike(one, other):
    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


@pytest.fixture
def copies(tmp_path):
    """Ten texts have a second form that differs in a letter; the others are words of their own."""
    rng = np.random.default_rng(0)
    texts = [" ".join("".join(rng.choice(list("abcdefgh"), 6)) for _ in range(12))
             for _ in range(110)]  # fmt: skip
    texts += [text[:-1] + "z" for text in texts[:10]]
    path = tmp_path / "copies.csv"
    rows = [f"{text},{('bad', 'good')[row % 2]}" for row, text in enumerate(texts)]
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    return RunConfig.read(
        mode="tune", task="binary", backbone="preset://never_loaded", run_dir=str(tmp_path / "run"),
        data=f"csv(path={str(path)!r})", folds="stratified(folds=4)",
        search=["learning_rate=loguniform(1e-3, 0.3)"],
    )  # fmt: skip


def test_near_copies_of_held_out_examples_are_not_trained_on(copies):
    data = _prepared_data.prepare(copies)
    inner = _inner_folds.inner_folds(copies, data)
    text_of = dict(zip(inner.examples.ids.tolist(), inner.examples.inputs.tolist(), strict=True))
    pairs = [(one, other) for one in text_of for other in text_of
             if one < other and alike(text_of[one], text_of[other]) >= 0.8]  # fmt: skip
    assert len(pairs) > 3
    lost = 0
    for split in inner.splits:
        parts = [set(split.ids(name).tolist()) for name in ("train", "validation", "test")]
        for pair in pairs:
            there = [len(part.intersection(pair)) for part in parts]
            assert there.count(0) >= 2, "a pair stands in two parts of a fold"
            lost += sum(there) < 2
    assert lost > 0
    assert sorted(id_ for split in inner.splits for id_ in split.test.tolist()) == sorted(text_of)
    (finding,) = inner.findings
    assert finding.count == lost
    assert inner.digest == f"without {lost} near copies"


def test_folds_without_near_copies_are_called_by_their_rule_alone(asked):
    inner = _inner_folds.inner_folds(asked, _prepared_data.prepare(asked))
    fewer = sum(len(inner.examples) > sum(len(split.ids(part)) for part in PARTS)
                for split in inner.splits)  # fmt: skip
    assert bool(inner.digest) == bool(fewer) == bool(inner.findings)
