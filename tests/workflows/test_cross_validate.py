"""Cross-validation on a tiny real backbone: who sees what, and that the numbers are those of files."""

import contextlib
import io
import shutil
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn import metrics
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

import ftkeras
from ftkeras import catalog, run, seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _fold_baselines, _fold_data, _fold_trials, _frozen
from tests.helpers.tiny_backbone import text_backbone

PHASE = "linear_probe(epochs=8, learning_rate=0.05, patience=3)"


@pytest.fixture(scope="module", autouse=True)
def tiny():
    """Every handle loads a backbone of three small layers, always with the same weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_frozen, "load", lambda config, modality: text_backbone())
        yield


@pytest.fixture(scope="module")
def folded(reviews, tmp_path_factory):
    return {
        "mode": "cross_validate", "backbone": "keras://tiny.keras", "task": "binary",
        "data": f"csv(path={str(reviews)!r})", "folds": "stratified(folds=3)", "phase": [PHASE],
        "cache_dir": str(tmp_path_factory.mktemp("cache")), "seed": 3,
    }  # fmt: skip


@pytest.fixture(scope="module")
def validated(folded, tmp_path_factory):
    """Three repeats of three folds at two learning rates."""
    run_dir = tmp_path_factory.mktemp("runs") / "folds"
    asked = {"repeats": 3, "learning_rates": ["1e-4,0.05"], "calibration": "temperature",
             "threshold": "maximum_f1"}  # fmt: skip
    config = RunConfig.read(**folded, **asked, run_dir=str(run_dir))
    return run_dir, ftkeras.cross_validate(config)


@pytest.fixture(scope="module")
def plain(folded, tmp_path_factory):
    """Three folds, once."""
    run_dir = tmp_path_factory.mktemp("runs") / "plain"
    return run_dir, ftkeras.cross_validate(RunConfig.read(**folded, run_dir=str(run_dir)))


def parts(run_dir):
    table = pq.read_table(run_dir / "folds.parquet").to_pandas()
    return {place: {name: set(ids.id) for name, ids in rows.groupby("split")}
            for place, rows in table.groupby(["repeat", "fold"])}  # fmt: skip


def test_the_run_directory_holds_the_whole_truth(validated):
    run_dir, record = validated
    assert {path.name for path in run_dir.iterdir()} == {
        "run.flags", "record.json", "predictions", "folds.parquet", "report.html",
    }  # fmt: skip
    assert RunRecord.read(run_dir / "record.json") == record
    page = (run_dir / "report.html").read_text()
    assert "Folds and seeds" in page
    assert "Nadeau and Bengio" in page


def test_every_example_is_tested_once_a_repeat_by_a_fold_that_did_not_use_it(validated):
    run_dir, record = validated
    everything = set(Predictions.read(run_dir / "predictions/model.parquet").ids)
    assert record.split["counts"] == {"test": len(everything)}
    found = parts(run_dir)
    assert len(found) == 9
    for repeat in range(3):
        tested = [i for fold in range(3) for i in found[repeat, fold]["test"]]
        assert sorted(tested) == sorted(everything)
    for part in found.values():
        assert not part["train"] & part["test"]
        assert not part["validation"] & (part["train"] | part["test"])
    assert found[0, 0]["test"] != found[1, 0]["test"]


def test_scores_of_folds_are_those_of_the_written_answers(validated):
    run_dir, record = validated
    scores = record.analyses["cross_validation"]["fold_scores"]
    for name, path in (("majority", "baselines/majority"),
                       ("tfidf_logistic_regression", "baselines/tfidf_logistic_regression")):  # fmt: skip
        rows = Predictions.read(run_dir / f"predictions/{path}.parquet")
        for fold in range(3):
            mine = np.isin(rows.ids, sorted(parts(run_dir)[0, fold]["test"]))
            expected = metrics.accuracy_score(rows.labels[mine], rows.logits[mine, 0] > 0)
            assert scores[name][0][fold] == pytest.approx(expected)
    # The model's fold scores are means over the runs of a repeat; with one repeat there is one run.
    measured = record.measurements["test"]["model"][0]
    assert measured.value == pytest.approx(np.mean(scores["model"]))
    assert "Nadeau" in measured.method
    assert measured.low < measured.value < measured.high


def test_one_repeat_is_one_run_whose_answers_give_its_scores(plain):
    run_dir, record = plain
    rows = Predictions.read(run_dir / "predictions/model.parquet")
    for fold, score in enumerate(record.analyses["cross_validation"]["fold_scores"]["model"][0]):
        mine = np.isin(rows.ids, sorted(parts(run_dir)[0, fold]["test"]))
        expected = metrics.accuracy_score(rows.labels[mine], rows.logits[mine, 0] > 0)
        assert score == pytest.approx(expected)
    log_loss = {m.score: m for m in record.measurements["test"]["model"]}["log_loss"]
    losses = []
    for fold in range(3):
        mine = np.isin(rows.ids, sorted(parts(run_dir)[0, fold]["test"]))
        probability = 1 / (1 + np.exp(-rows.logits[mine, 0].astype("float64")))
        losses.append(metrics.log_loss(rows.labels[mine], probability))
    assert log_loss.value == pytest.approx(np.mean(losses), abs=1e-6)
    assert record.analyses["cross_validation"]["seeds"] is None


def test_the_ridge_probe_leaves_each_example_out(plain, folded, reviews):
    run_dir, record = plain
    found = record.analyses["cross_validation"]["ridge"]
    backbone = text_backbone()
    rows = Predictions.read(run_dir / "predictions/model.parquet")
    encoded = backbone.preprocess([str(preview) for preview in rows.previews])
    features = np.asarray(backbone.model(encoded.arrays)["mean_pooled"])
    answers = cross_val_predict(
        Ridge(alpha=found["penalty"], solver="svd"), features, 2 * rows.labels - 1, cv=LeaveOneOut()
    )
    right = (answers > 0) == rows.labels
    assert found["value"] == pytest.approx(right.mean(), abs=0.01)
    assert "ridge regression" in (run_dir / "report.html").read_text()


def test_validation_chooses_the_learning_rate_in_each_fold(validated):
    _, record = validated
    found = record.analyses["cross_validation"]
    assert found["heads"] == 3 * 3 * 3 * 2
    assert {rate for repeat in found["learning_rates"] for rate in repeat} == {0.05}
    assert all(1 <= epoch <= 8 for repeat in found["best_epochs"] for epoch in repeat)


def test_calibration_and_threshold_are_chosen_inside_each_fold(validated):
    _, record = validated
    decided = record.analyses["cross_validation"]["decided"]
    assert len(decided["thresholds"]) == 9
    changes = {each["score"]: each for each in decided["scores"]}
    # A temperature leaves the order alone, and so every score of the order.
    area = changes["area_under_roc_curve"]
    assert area["after"] == pytest.approx(area["before"], abs=1e-6)
    assert changes["log_loss"]["after"] != changes["log_loss"]["before"]
    rows = changes["log_loss"]
    assert rows["low"] <= rows["after"] - rows["before"] <= rows["high"]


def test_judging_it_again_keeps_what_the_folds_say(plain, tmp_path):
    run_dir, record = plain
    copy = tmp_path / "copy"
    shutil.copytree(run_dir, copy)
    again = ftkeras.evaluate(RunConfig.read(mode="evaluate", run_dir=str(copy)))
    assert again.measurements == record.measurements
    assert again.comparisons == record.comparisons
    assert "Nadeau and Bengio" in (copy / "report.html").read_text()


def test_the_variance_between_seeds_is_split(validated):
    _, record = validated
    seeds = record.analyses["cross_validation"]["seeds"]
    assert set(seeds["components"]) == {"split", "initialisation", "order", "rest"}
    assert seeds["standard_error_of_next"] < seeds["standard_error"]
    assert seeds["lowest"] <= record.measurements["test"]["model"][0].value <= seeds["highest"]
    assert seeds["standard_deviation"] > 0


@pytest.mark.slow
def test_a_held_out_fold_decides_nothing(folded, plain, tmp_path, monkeypatch):
    """Other labels in a held-out fold leave the answers for that fold as they are."""
    true = _fold_data.prepare

    def turned(config):
        data = true(config)
        held = data.mask("test")[1]
        data.labels[held] = 1 - data.labels[held]
        return data

    monkeypatch.setattr(_fold_data, "prepare", turned)
    ftkeras.cross_validate(RunConfig.read(**folded, run_dir=str(tmp_path / "turned")))
    before, after = (
        Predictions.read(run_dir / "predictions/model.parquet")
        for run_dir in (plain[0], tmp_path / "turned")
    )
    mine = np.isin(before.ids, sorted(parts(plain[0])[0, 1]["test"]))
    np.testing.assert_array_equal(before.logits[mine], after.logits[mine])
    assert (before.logits[~mine] != after.logits[~mine]).any()


@pytest.mark.slow
def test_the_command_line_replays_the_same_bits_and_ends_with_what_next(plain, tmp_path, capsys):
    run_dir, _ = plain
    lines = [f"--flagfile={run_dir / 'run.flags'}", f"--run_dir={tmp_path / 'again'}",
             f"--cache_dir={tmp_path / 'cold'}"]  # fmt: skip
    assert run.main(lines) == 0
    for name in ("model", "baselines/tfidf_logistic_regression"):
        path = f"predictions/{name}.parquet"
        assert (run_dir / path).read_bytes() == (tmp_path / "again" / path).read_bytes()
    record = RunRecord.read(tmp_path / "again/record.json")
    # The one pass: three folds, each with its validation part and eight epochs, need no second.
    assert record.passes["computed"] == record.split["counts"]["test"]
    assert record.passes["reused"] == 0
    assert record.passes["saved"] > 5 * record.passes["computed"]
    assert not list((tmp_path / "cold" / "unfinished").glob("*"))
    out = capsys.readouterr().out
    places = [out.index(w) for w in ("on each held-out fold", "report.html", "Next")]
    assert places == sorted(places)


@pytest.fixture(scope="module")
def thawing(folded):
    return {
        **folded,
        "folds": "random(folds=2)",
        "phase": ["top_blocks(count=1, epochs=2, learning_rate=0.05)"],
        "metric": ["accuracy"],
    }


@pytest.fixture(scope="module")
def resumed(thawing, tmp_path_factory):
    """A run that was stopped in its second trial, and then run again; and what it printed."""
    run_dir = tmp_path_factory.mktemp("runs") / "thawed"
    config = RunConfig.read(**thawing, run_dir=str(run_dir))
    fit, begun, said = _fold_trials.Recipe.fit, [], io.StringIO()

    def interrupted(recipe, *arguments, **settings):
        begun.append(recipe)
        if len(begun) == 2:
            raise KeyboardInterrupt
        fit(recipe, *arguments, **settings)

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
        patch.setattr(_fold_trials.Recipe, "fit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ftkeras.cross_validate(config)
        assert not run_dir.exists()
        record = ftkeras.cross_validate(config)
    assert len(begun) == 3
    return record, said.getvalue()


@pytest.mark.slow
def test_a_thawing_recipe_runs_fold_after_fold_and_goes_on_where_it_stopped(resumed):
    record, said = resumed
    assert "2 trials to run, one after the other" in said
    assert "1 finished one is kept." in said
    (phase,) = record.phases
    assert phase["phase"].startswith("top_blocks")
    assert len(phase["history"]["val_log_loss"]) == 2
    assert record.analyses["cross_validation"]["heads"] == 2


@pytest.mark.slow
def test_going_on_gives_what_a_run_without_a_stop_gives(resumed, thawing, tmp_path):
    record, _ = resumed
    at_once = ftkeras.cross_validate(RunConfig.read(**thawing, run_dir=str(tmp_path / "at_once")))
    assert at_once.measurements == record.measurements


def test_what_cannot_be_done_is_said(folded, tmp_path):
    run_dir = str(tmp_path / "run")
    thawing = {**folded, "phase": ["everything(epochs=1)"], "learning_rates": ["1e-3"]}
    with pytest.raises(UserError, match="trains layers of the backbone"):
        ftkeras.cross_validate(RunConfig.read(**thawing, run_dir=run_dir))
    twice = {**folded, "folds": "random(folds=2, repeats=2)", "repeats": 3}
    with pytest.raises(UserError, match="repeats to be said once"):
        ftkeras.cross_validate(RunConfig.read(**twice, run_dir=run_dir))
    with pytest.raises(UserError, match="--learning_rates: Expected numbers > 0"):
        RunConfig.read(**folded, learning_rates=["1e-3,fast"], run_dir=run_dir)


def test_a_baseline_that_cannot_take_all_is_fitted_on_a_sample_and_this_is_told(
    folded, tmp_path, monkeypatch
):
    plain, most = catalog.constant, 50

    def constant(folder, name, what):
        few = (folder, name, what) == ("baselines", "tfidf_logistic_regression", "LARGEST")
        return most if few else plain(folder, name, what)

    monkeypatch.setattr(catalog, "constant", constant)
    config = RunConfig.read(**folded, run_dir=str(tmp_path / "run"))
    data = _fold_baselines.told(_fold_data.prepare(config))
    (note,) = [finding for finding in data.findings if finding.check == "baselines"]
    assert "tfidf_logistic_regression on 50" in note.message
    finished = SimpleNamespace(get=lambda key: None, put=lambda key, **arrays: None)
    found = _fold_baselines.logits(
        data, lambda number: None, config.seed, finished, lambda *_: lambda *_: None
    )["tfidf_logistic_regression"]
    used = np.flatnonzero((data.mask("train") | data.mask("validation"))[1])
    held = np.flatnonzero(data.mask("test")[1])
    assert len(used) > most
    for rows, same in (
        (used[np.linspace(0, len(used) - 1, most).astype(int)], True),
        (used, False),
    ):
        baseline = catalog.build("baselines", Call("tfidf_logistic_regression"))
        seed = seeds.child(config.seed, "tfidf_logistic_regression/1")
        answer = baseline.fit(data.examples.take(rows), data.labels[rows], 2, seed)
        assert np.allclose(answer(data.examples.take(held)), found[0, held]) == same
