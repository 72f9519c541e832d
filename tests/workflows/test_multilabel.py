"""Several labels at once, from a file to the report, held to scikit-learn."""

import json

import numpy as np
import pytest
from scipy.special import expit
from sklearn import metrics

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.training.fine_tuned import load
from tests.helpers.finished_runs import (
    check_judged_again_alike,
    leaderboard,
    measured,
    newest_evaluation,
    predictions,
)
from tests.helpers.tiny_backbone import sentences

NAMES = ("bad", "good", "place", "watch")


def rows(n, seed):
    """Texts and the labels that their words carry."""
    texts, labels = sentences(n, seed=seed)
    for text, label in zip(texts, labels, strict=True):
        names = [("bad", "good")[label]]
        names += ["place"] * ("cafe" in text) + ["watch"] * ("watch" in text)
        yield text, names


@pytest.fixture(scope="module")
def asked(preset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    cells = [f"{text},{';'.join(names)}" for text, names in rows(220, seed=1)]
    (folder / "train.csv").write_text("\n".join(["text,label", *cells]) + "\n")
    lines = [json.dumps({"text": text, "label": names}) for text, names in rows(30, seed=7)]
    (folder / "new.jsonl").write_text("\n".join(lines))
    return folder, {
        "mode": "finetune",
        "backbone": str(preset),
        "task": "multilabel(separator=';')",
        "data": f"csv(path={str(folder / 'train.csv')!r})",
        "phase": ["linear_probe(epochs=8, learning_rate=0.1)"],
        "cache_dir": str(folder / "cache"),
        "seed": 3,
    }


@pytest.fixture(scope="module")
def finished(asked):
    folder, settings = asked
    return folder, ftkeras.finetune(RunConfig.read(**settings, run_dir=str(folder / "run")))


@pytest.mark.parametrize("part", ["validation", "test"])
def test_scores_equal_those_of_scikit_learn_on_the_predictions(finished, part):
    folder, record = finished
    found = predictions(folder / "run").part(part)
    truth, logits = found.labels, found.logits.astype("float64")
    said, shares = logits > 0, expit(logits)
    assert (found.class_names, truth.dtype, truth.shape[1]) == (NAMES, np.int8, 4)
    expected = {
        "label_ranking_average_precision": metrics.label_ranking_average_precision_score(
            truth, logits
        ),
        "multilabel_f1_score(average='micro')": metrics.f1_score(truth, said, average="micro"),
        "multilabel_f1_score": metrics.f1_score(truth, said, average="macro", zero_division=0),
        "multilabel_precision(average='micro')": metrics.precision_score(
            truth, said, average="micro"
        ),
        "multilabel_recall(average='micro')": metrics.recall_score(truth, said, average="micro"),
        "exact_match_ratio": metrics.accuracy_score(truth, said),
        "hamming_loss": metrics.hamming_loss(truth, said),
        "multilabel_area_under_roc_curve(absent='skip')": metrics.roc_auc_score(truth, logits),
        "multilabel_log_loss": np.mean(
            [metrics.log_loss(truth[:, k], shares[:, k], labels=[0, 1]) for k in range(4)]
        ),
    }
    values = measured(record, part)
    assert list(values) == list(expected)
    for name, value in expected.items():
        assert values[name].value == pytest.approx(value, rel=1e-6), name
    streamed = record.streamed[part]
    assert streamed["multilabel_log_loss"] == pytest.approx(
        expected["multilabel_log_loss"], rel=1e-4
    )
    assert streamed["hamming_loss"] == pytest.approx(expected["hamming_loss"], abs=1e-6)


def test_baselines_answer_for_each_label(finished):
    folder, record = finished
    assert set(record.measurements["test"]) == {
        "model", "majority", "tfidf_logistic_regression", "features_logistic_regression",
        "features_nearest_neighbours",
    }  # fmt: skip
    prior = predictions(folder / "run", "baselines/majority")
    counts = record.data["labels"]["train"]
    shares = np.array([counts[name] for name in NAMES]) / record.split["counts"]["train"]
    np.testing.assert_allclose(expit(prior.logits[0].astype("float64")), shares, rtol=1e-5)
    name = "label_ranking_average_precision"
    words = measured(record, "test", "tfidf_logistic_regression")[name].value
    assert words > measured(record, "test", "majority")[name].value
    assert ftkeras.verdict(RunConfig.read(mode="verdict", run_dir=str(folder / "run"))).rival


def test_the_report_shows_labels(finished):
    page = (finished[0] / "run/report.html").read_text()
    for words in ("Each label by itself", "ROC curve", "Worst errors", "bad, place"):
        assert words in page
    assert "Confusion matrix" not in page


def test_the_loaded_model_answers_with_lists_of_names(finished):
    folder, _ = finished
    found = predictions(folder / "run").part("test")
    answers = load(folder / "run").predict(found.previews.tolist())
    expected = [[NAMES[k] for k in np.flatnonzero(row > 0)] for row in found.logits]
    assert answers == expected


def test_new_data_in_another_form_are_judged_by_the_same_labels(finished):
    folder, _ = finished
    data = f"json_lines(path={str(folder / 'new.jsonl')!r})"
    record = ftkeras.evaluate(
        RunConfig.read(mode="evaluate", run_dir=str(folder / "run"), data=data)
    )
    found = predictions(newest_evaluation(folder / "run"))
    expected = metrics.f1_score(found.labels, found.logits > 0, average="micro")
    micro = measured(record)["multilabel_f1_score(average='micro')"]
    assert micro.value == pytest.approx(expected, rel=1e-6)


def test_predictions_on_disk_are_judged_again_alike(finished):
    folder, record = finished
    check_judged_again_alike(folder / "run", record)


@pytest.mark.slow
def test_runs_are_compared_and_their_disagreements_named(asked, finished):
    folder, settings = asked
    other = {**settings, "phase": ["linear_probe(epochs=1)"], "run_dir": str(folder / "other")}
    ftkeras.finetune(RunConfig.read(**other))
    board = leaderboard(folder / "compared", folder / "run", folder / "other")
    best, worse = (predictions(folder / row["name"]).part("test") for row in board["rows"])
    order = np.argsort(best.ids), np.argsort(worse.ids)
    right = [
        ((one.logits > 0) == one.labels).all(axis=1)[rows]
        for one, rows in zip((best, worse), order, strict=True)
    ]
    (pair,) = board["disagreements"]
    assert pair["only_best"]["count"] == (right[0] & ~right[1]).sum()
    assert pair["both_wrong"] == (~right[0] & ~right[1]).sum()


def test_a_label_that_train_lacks_is_named_with_its_row(asked, tmp_path):
    path = tmp_path / "given.csv"
    cells = [f"{t},{';'.join(n)},train" for t, n in rows(60, seed=2)]
    cells += [f"{t},{';'.join(n)},validation" for t, n in rows(70, seed=2)][60:]
    cells += ["a strange film,good;weird,test", "a bad film,bad,test"]
    path.write_text("\n".join(["text,label,part", *cells]) + "\n")
    settings = {**asked[1], "data": f"csv(path={str(path)!r})", "split": "given(column='part')"}
    with pytest.raises(UserError, match=r"good, weird \(given\.csv, row 72, in test\)"):
        ftkeras.finetune(RunConfig.read(**settings, run_dir=str(tmp_path / "r")))


def test_the_wrong_separator_is_answered_with_the_right_one(asked, tmp_path):
    settings = {**asked[1], "task": "multilabel", "run_dir": str(tmp_path / "r")}
    with pytest.raises(UserError, match="separator=';'"):
        ftkeras.finetune(RunConfig.read(**settings))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"balance": "oversample"}, "answers with labels"),
        ({"loss": "focal"}, "take one of: label_cross_entropy"),
    ],
)
def test_what_labels_cannot_have_is_refused(asked, changed, message, tmp_path):
    with pytest.raises(UserError, match=message):
        ftkeras.finetune(RunConfig.read(**{**asked[1], **changed, "run_dir": str(tmp_path / "r")}))
