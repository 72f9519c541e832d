"""Numbers, from a file to the report, held to scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.contracts.task import Labels
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.training.fine_tuned import load
from tests.helpers.finished_runs import (
    check_judged_again_alike,
    leaderboard,
    measured,
    newest_evaluation,
    predictions,
)
from tests.helpers.made_files import tagged_and_rated


@pytest.fixture(scope="module")
def asked(preset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("numbers")
    tagged_and_rated(folder / "train.csv", 200)
    tagged_and_rated(folder / "new.csv", 30, seed=7)
    return folder, {
        "mode": "finetune",
        "backbone": str(preset),
        "task": "regression",
        "data": f"csv(path={str(folder / 'train.csv')!r}, label='rating')",
        "phase": ["linear_probe(epochs=6, learning_rate=0.1)"],
        "cache_dir": str(folder / "cache"),
        "seed": 3,
    }


@pytest.fixture(scope="module")
def finished(asked):
    folder, settings = asked
    return folder, ftkeras.finetune(RunConfig.read(**settings, run_dir=str(folder / "run")))


@pytest.mark.parametrize("part", ["validation", "test"])
def test_scores_equal_those_of_others_on_the_predictions(finished, part):
    folder, record = finished
    rows = predictions(folder / "run").part(part)
    said = rows.logits[:, 0].astype("float64")
    expected = {
        "r2_score": metrics.r2_score(rows.labels, said),
        "root_mean_squared_error": metrics.root_mean_squared_error(rows.labels, said),
        "mean_absolute_error": metrics.mean_absolute_error(rows.labels, said),
        "median_absolute_error": metrics.median_absolute_error(rows.labels, said),
        "pearson_correlation": stats.pearsonr(rows.labels, said).statistic,
        "spearman_correlation": stats.spearmanr(rows.labels, said).statistic,
    }
    found = measured(record, part)
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, rel=1e-6), name
        assert found[name].low <= found[name].value <= found[name].high
    for name in ("r2_score", "root_mean_squared_error", "mean_absolute_error"):
        assert record.streamed[part][name] == pytest.approx(expected[name], rel=1e-3), name


def test_the_model_answers_in_the_units_of_the_labels(finished):
    folder, record = finished
    rows = predictions(folder / "run").part("test")
    assert abs(rows.logits.mean() - 1010) < 10
    assert measured(record, "test")["r2_score"].value > 0
    answers = load(folder / "run").predict(rows.previews.tolist())
    np.testing.assert_allclose(answers, rows.logits[:, 0], rtol=1e-5)


def test_baselines_of_numbers_are_on_the_ladder(finished):
    folder, record = finished
    assert set(record.measurements["test"]) == {
        "model", "mean", "tfidf_ridge", "features_ridge", "features_nearest_neighbours",
    }  # fmt: skip
    mean = predictions(folder / "run", "baselines/mean")
    expected = record.data["numbers"]["train"]["rating"]["mean"]
    np.testing.assert_allclose(mean.logits, expected, rtol=1e-6)
    assert measured(record, "test", "tfidf_ridge")["r2_score"].value > 0.5
    assert {one.other for one in record.comparisons if one.score == "r2_score"} == {
        "mean", "tfidf_ridge", "features_ridge", "features_nearest_neighbours",
    }  # fmt: skip
    assert ftkeras.verdict(RunConfig.read(mode="verdict", run_dir=str(folder / "run"))).rival


def test_the_report_draws_numbers_and_no_classes(finished):
    folder, record = finished
    page = (folder / "run/report.html").read_text()
    slices = record.analyses["slices"]
    found = predictions(folder / "run").part("test")
    error = np.abs(found.labels - found.logits[:, 0].astype("float64")).mean()
    assert (slices["score"], slices["direction"]) == ("mean_absolute_error", "min")
    assert slices["overall"] == pytest.approx(error, rel=1e-6)
    assert record.analyses["weak_groups"]["score"] == "mean_absolute_error"
    assert "For whom it works" in page
    assert '<h1>Regression: <span class="name" dir="auto">rating</span></h1>' in page
    for words in ("Predicted against true", "true minus predicted", "Largest errors", "rating"):
        assert words in page
    for words in ("Confusion matrix", "ROC curve", "Each class by itself"):
        assert words not in page


def test_predictions_on_disk_are_judged_again_alike(finished):
    folder, record = finished
    check_judged_again_alike(folder / "run", record)


def test_new_data_are_answered_and_judged(finished):
    folder, _ = finished
    config = RunConfig.read(
        mode="evaluate",
        run_dir=str(folder / "run"),
        data=f"csv(path={str(folder / 'new.csv')!r}, label='rating')",
    )
    record = ftkeras.evaluate(config)
    rows = predictions(newest_evaluation(folder / "run"))
    expected = metrics.r2_score(rows.labels, rows.logits[:, 0])
    assert measured(record, "test")["r2_score"].value == pytest.approx(expected, rel=1e-6)


@pytest.mark.slow
def test_several_numbers_are_learnt_at_once_and_compared(asked, finished):
    folder, settings = asked
    two = {
        **settings,
        "data": settings["data"].replace("'rating'", "['rating', 'depth']"),
        "loss": "huber(delta=2.0)",
        "run_dir": str(folder / "two"),
    }
    record = ftkeras.finetune(RunConfig.read(**two))
    rows = predictions(folder / "two").part("test")
    assert rows.class_names == ("rating", "depth")
    expected = metrics.r2_score(rows.labels, rows.logits)
    assert measured(record, "test")["r2_score"].value == pytest.approx(expected, rel=1e-6)
    assert list(record.data["numbers"]["test"]) == ["rating", "depth"]
    other = {**settings, "phase": ["linear_probe(epochs=2)"], "run_dir": str(folder / "other")}
    ftkeras.finetune(RunConfig.read(**other))
    board = leaderboard(folder / "compared", folder / "run", folder / "other")
    assert board["headline"] == "r2_score"
    assert [row["name"] for row in board["rows"]] == ["run", "other"]
    assert board["disagreements"] == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"balance": "oversample"}, r"--balance=oversample.*answers with numbers"),
        ({"loss": "focal"}, r"take one of: absolute_error, huber, squared_error"),
        ({"calibration": "temperature"}, "Received: --task=regression"),
        ({"threshold": "maximum_f1"}, "Received: --task=regression"),
        ({"phase": ["linear_probe(label_smoothing=0.1)"]}, "Expected no `label_smoothing`"),
    ],
)
def test_what_numbers_cannot_have_is_refused(asked, changed, message, tmp_path):
    with pytest.raises(UserError, match=message):
        ftkeras.finetune(RunConfig.read(**{**asked[1], **changed, "run_dir": str(tmp_path / "r")}))


def test_a_model_of_others_and_answers_of_others_are_of_classes(asked, tmp_path):
    settings = {"mode": "evaluate", "task": "regression", "run_dir": str(tmp_path / "r")}
    model = {**settings, "model": "any.keras", "outputs": "logits", "data": asked[1]["data"]}
    with pytest.raises(UserError, match=r"with --model=any\.keras.*answers with numbers"):
        ftkeras.evaluate(RunConfig.read(**model))
    path = tmp_path / "answers.csv"
    path.write_text("id,label,probability_a,probability_b\n1,a,0.5,0.5\n2,b,0.1,0.9\n")
    with pytest.raises(UserError, match="whose answers are numbers"):
        ftkeras.evaluate(RunConfig.read(**settings, predictions=str(path)))


def test_a_class_loss_refuses_and_a_number_loss_is_for_numbers(asked, tmp_path):
    settings = {**asked[1], "task": "binary", "loss": "huber", "run_dir": str(tmp_path / "r")}
    with pytest.raises(UserError, match="which is for numbers"):
        ftkeras.finetune(RunConfig.read(**settings))


def test_checks_of_the_data_speak_of_numbers(asked, capsys):
    settings = {key: asked[1][key] for key in ("task", "data", "seed")}
    findings = ftkeras.check_data(RunConfig.read(mode="check_data", **settings))
    (balance,) = [one for one in findings if one.check == "label_balance"]
    assert "train: 10" in str(balance.message)


def test_a_word_among_the_numbers_is_named_with_its_row(asked, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("text,rating\ngood,1.5\nbad,four\n")
    settings = {**asked[1], "data": f"csv(path={str(path)!r}, label='rating')"}
    with pytest.raises(UserError, match=r"Received: four \(bad\.csv, row 3\)"):
        ftkeras.finetune(RunConfig.read(**settings, run_dir=str(tmp_path / "r")))


def test_an_old_record_without_a_task_setting_is_loaded(finished, tmp_path):
    folder, _ = finished
    loaded = load(folder / "run")
    assert loaded.vocabulary == Labels(("rating",))
    assert RunRecord.read(folder / "run/record.json").task["class_names"] == ["rating"]
