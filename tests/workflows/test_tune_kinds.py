"""Trials of a search for labels, numbers and rankings."""

import numpy as np
import pytest
from sklearn import metrics

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.workflows import _inner_folds, _prepared_data, _trial
from tests.helpers.made_files import ranked_documents, tagged_and_rated

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned")
    tagged_and_rated(folder / "rows.csv", 120)
    return folder


def asked(folder, task, label, **more):
    source = f"csv(path={str(folder / 'rows.csv')!r}, label={label!r})"
    given = {
        "mode": "tune", "backbone": "keras://tiny.keras", "task": task, "data": source, "seed": 3,
        "search": ["learning_rate=loguniform(1e-2, 0.3)"], "trials": 2,
        "phase": ["linear_probe(epochs=2)"], "cache_dir": str(folder / "cache"),
        "run_dir": str(folder / f"tuned {task}"),
    }  # fmt: skip
    return RunConfig.read(**{**given, **more})


def log_loss(truth, logits):
    return np.logaddexp(0, np.where(truth == 1, -logits, logits)).mean()


CASES = [
    ("multilabel", "tags", "multilabel_log_loss", log_loss),
    ("regression", "rating", "root_mean_squared_error", metrics.root_mean_squared_error),
]


@pytest.mark.slow
@pytest.mark.parametrize(("task", "label", "score", "reference"), CASES)
def test_a_trial_is_judged_by_what_chooses_its_epoch(folder, task, label, score, reference):
    config = asked(folder, task, label)
    data = _prepared_data.prepare(config)
    chosen = _trial.choosing_score(config, data)
    assert chosen.name == score
    trials, told = _trial.Trials(data, chosen), []
    settings = _trial.settings_of(config, {"phase.learning_rate": 0.1})
    logits = trials(settings, lambda epoch, value: told.append(value))
    assert len(logits) == len(trials.labels)
    expected = reference(trials.labels, logits.astype("float64"))
    assert _trial.scored(chosen, trials.labels, logits) == pytest.approx(expected, rel=1e-5)
    assert len(told) == 2
    assert min(told) == pytest.approx(expected, rel=1e-3)
    if task == "regression":
        assert abs(logits.mean() - 1010) < 15  # in the units of the labels


@pytest.mark.parametrize(
    ("task", "label", "score", "reference"),
    [pytest.param(*CASES[0], marks=pytest.mark.slow), CASES[1]],
)
def test_inner_folds_answer_each_open_example_once(folder, task, label, score, reference):
    config = asked(folder, task, label, folds="stratified(folds=2)")
    data = _prepared_data.prepare(config)
    inner = _inner_folds.inner_folds(config, data)
    trials, told = _trial.Trials(data, _trial.choosing_score(config, data), inner), []
    settings = _trial.settings_of(config, {"phase.learning_rate": 0.1})
    logits = trials(settings, lambda fold, value: told.append(value))
    assert len(logits) == len(inner.labels) == sum(len(split.test) for split in inner.splits)
    assert told[-1] == pytest.approx(reference(inner.labels, logits.astype("float64")), rel=1e-5)


def test_no_trial_is_stopped_by_a_loss_when_trials_are_compared_by_a_score(folder):
    """The loss falls and the score rises: of the one, the best trials would be stopped first."""
    config = asked(folder, "regression", "rating", monitor="loss", metric=["r2_score"])
    data = _prepared_data.prepare(config)
    chosen = _trial.choosing_score(config, data)
    assert (chosen.name, chosen.direction) == ("r2_score", "max")
    trials, told = _trial.Trials(data, chosen), []
    settings = _trial.settings_of(config, {"phase.learning_rate": 0.1})
    logits = trials(settings, lambda epoch, value: told.append(value))
    reached = metrics.r2_score(trials.labels, logits)
    assert max(told) == pytest.approx(reached, abs=1e-4)


def test_means_of_numbers_are_those_of_a_folds_own_training_part(folder):
    config = asked(folder, "regression", "rating", folds="stratified(folds=2)")
    data = _prepared_data.prepare(config)
    inner = _inner_folds.inner_folds(config, data)
    trials = _trial.Trials(data, _trial.choosing_score(config, data), inner)
    for number, split in enumerate(inner.splits):
        fold = trials._fold(inner, number, split)
        assert fold.vocabulary.centre[0] == pytest.approx(fold.train.labels.mean())
        assert fold.vocabulary.spread[0] == pytest.approx(fold.train.labels.std())
        assert set(fold.examples.ids) == set(split.train)
        assert fold.vocabulary.class_names == data.vocabulary.class_names


def test_other_kinds_are_refused_before_any_work(folder):
    with pytest.raises(UserError, match="classes, labels, numbers, relevances"):
        ftkeras.tune(asked(folder, "token_classification", "tags"))
    with pytest.raises(UserError, match="--balance"):
        ftkeras.tune(asked(folder, "regression", "rating", balance="oversample"))


@pytest.mark.slow
@pytest.mark.parametrize(("task", "label", "score", "reference"), CASES)
def test_the_winner_is_fine_tuned(preset, folder, task, label, score, reference):
    config = asked(folder, task, label, backbone=str(preset))
    record = ftkeras.tune(config)
    found = record.analyses["tuning"]
    assert (found["score"], found["direction"]) == (score, "min")
    values = {row["number"]: row["value"] for row in found["trials"]}
    assert found["winner"] == min(values, key=values.get)
    assert record.task["headline"] in {m.score for m in record.measurements["test"]["model"]}


@pytest.mark.slow
@pytest.mark.parametrize("folds", [None, "random(folds=2)"])
def test_rankings_are_searched_too(preset, tmp_path, folds):
    source = ranked_documents(tmp_path / "rows.csv", 30, longest=6)
    more = {"backbone": str(preset), "data": source, "run_dir": str(tmp_path / "run")}
    if folds:
        more["folds"] = folds
    record = ftkeras.tune(asked(tmp_path, "ranking", "relevance", **more))
    found = record.analyses["tuning"]
    assert (found["score"], found["direction"]) == ("normalized_discounted_cumulative_gain", "max")
    values = {row["number"]: row["value"] for row in found["trials"]}
    assert found["winner"] == max(values, key=values.get)
    assert 0 <= found["selection"]["corrected"] <= 1
