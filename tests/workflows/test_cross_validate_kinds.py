"""Cross-validation of labels, numbers, rankings and tables, held to scikit-learn fold by fold."""

import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn import metrics
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.workflows import _fold_data, cross_validate
from ftkeras.workflows._fold_backbones import FoldBackbones
from tests.helpers.made_files import ranked_documents, tagged_and_rated, write_columns
from tests.helpers.tiny_backbone import text_backbone

SIZE = 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinds")
    tagged_and_rated(folder / "rows.csv", SIZE)
    return folder


def settings(folder, name, **asked):
    return RunConfig.read(**{
        "mode": "cross_validate", "backbone": "keras://tiny.keras", "seed": 3,
        "folds": "stratified(folds=3)", "cache_dir": str(folder / "cache"),
        "phase": ["linear_probe(epochs=6, learning_rate=0.05, patience=3)"],
        "run_dir": str(folder / name), **asked,
    })  # fmt: skip


def parts(run_dir):
    table = pq.read_table(run_dir / "folds.parquet").to_pandas()
    return {place: {name: set(ids.id) for name, ids in rows.groupby("split")}
            for place, rows in table.groupby(["repeat", "fold"])}  # fmt: skip


def of_folds(run_dir, score, name="model"):
    """What scikit-learn says of the written answers, fold by fold."""
    rows = Predictions.read(run_dir / f"predictions/{name}.parquet")
    masks = [np.isin(rows.ids, sorted(part["test"])) for part in parts(run_dir).values()]
    assert np.sum(masks, axis=0).tolist() == [1] * len(rows)
    return [score(rows.labels[mine], rows.logits[mine].astype("float64")) for mine in masks]


@pytest.fixture(scope="module")
def labelled(tiny, folder):
    source = f"csv(path={str(folder / 'rows.csv')!r}, label='tags')"
    config = settings(folder, "labels", task="multilabel", data=source, threshold="maximum_f1")
    return config, ftkeras.cross_validate(config)


@pytest.fixture(scope="module")
def numbered(tiny, folder):
    source = f"csv(path={str(folder / 'rows.csv')!r}, label=['rating', 'depth'])"
    config = settings(
        folder, "numbers", task="regression", data=source, learning_rates=["1e-5,0.1"]
    )
    return config, ftkeras.cross_validate(config)


def test_scores_of_labels_are_those_of_the_written_answers(labelled):
    config, record = labelled
    found = record.analyses["cross_validation"]
    precision = metrics.label_ranking_average_precision_score
    assert found["fold_scores"]["model"][0] == pytest.approx(of_folds(config.run_dir, precision))
    loss = {m.score: m for m in record.measurements["test"]["model"]}["multilabel_log_loss"]

    def log_loss(truth, logits):
        return np.logaddexp(0, np.where(truth == 1, -logits, logits)).mean()

    assert loss.value == pytest.approx(np.mean(of_folds(config.run_dir, log_loss)), rel=1e-5)
    assert found["heads"] == 3
    assert {"tfidf_logistic_regression", "features_logistic_regression", "majority",
            "features_nearest_neighbours"} == set(found["fold_scores"]) - {"model"}  # fmt: skip
    for name in ("majority", "tfidf_logistic_regression"):
        expected = of_folds(config.run_dir, precision, f"baselines/{name}")
        assert found["fold_scores"][name][0] == pytest.approx(expected)
    assert set(record.data["labels"]["test"]) == {"bad", "cafe", "good"}


def test_labels_keep_their_shares_in_every_fold(labelled):
    config, _ = labelled
    rows = Predictions.read(config.run_dir / "predictions/model.parquet")
    for part in parts(config.run_dir).values():
        mine = np.isin(rows.ids, sorted(part["test"]))
        np.testing.assert_allclose(
            rows.labels[mine].mean(axis=0), rows.labels.mean(axis=0), atol=0.03
        )


def test_a_threshold_a_label_is_chosen_inside_each_fold(labelled):
    _, record = labelled
    decided = record.analyses["cross_validation"]["decided"]
    assert len(decided["thresholds"]) == 3 * 3
    changes = {each["score"]: each for each in decided["scores"]}
    ranking = changes["label_ranking_average_precision"]
    assert ranking["before"] == ranking["after"]
    exact = changes["exact_match_ratio"]
    assert exact["low"] <= exact["after"] - exact["before"] <= exact["high"]


def test_scores_of_numbers_are_those_of_the_written_answers(numbered):
    config, record = numbered
    found = record.analyses["cross_validation"]
    assert found["fold_scores"]["model"][0] == pytest.approx(
        of_folds(config.run_dir, metrics.r2_score), abs=1e-5
    )
    error = {m.score: m for m in record.measurements["test"]["model"]}["root_mean_squared_error"]
    expected = of_folds(config.run_dir, metrics.root_mean_squared_error)
    assert error.value == pytest.approx(np.mean(expected), rel=1e-5)
    assert {rate for each in found["learning_rates"] for rate in each} == {0.1}
    assert error.value < 8  # in its own units, whose standard deviation is 10 on average
    (phase,) = record.phases
    assert set(phase["history"]) == {"loss", "val_root_mean_squared_error"}
    page = (config.run_dir / "report.html").read_text()
    assert "It takes the labels as they are spread" in page
    assert "shares of the classes" not in page


def test_ridge_of_numbers_leaves_each_example_out(numbered):
    config, record = numbered
    found = record.analyses["cross_validation"]["ridge"]
    rows = Predictions.read(config.run_dir / "predictions/model.parquet")
    backbone = text_backbone()
    encoded = backbone.preprocess([str(preview) for preview in rows.previews])
    features = np.asarray(backbone.model(encoded.arrays)["mean_pooled"])
    standard = (rows.labels - rows.labels.mean(axis=0)) / rows.labels.std(axis=0)
    answers = cross_val_predict(
        Ridge(alpha=found["penalty"], solver="svd"), features, standard, cv=LeaveOneOut()
    )
    assert found["value"] == pytest.approx(metrics.r2_score(standard, answers), abs=1e-3)
    assert found["score"] == "r2_score"


def test_ridge_bears_a_label_that_all_examples_have(labelled):
    config, _ = labelled
    data = _fold_data.prepare(config)
    names = list(data.vocabulary.class_names)
    assert data.labels.min(axis=0).tolist() == [0] * len(names)
    labels = data.labels.copy()
    labels[:, 1] = 1
    data = dataclasses.replace(data, labels=labels)
    features = np.random.default_rng(3).normal(size=(len(data), 5))
    found = cross_validate._ridge(data, features)
    kept = [k for k in range(len(names)) if k != 1]
    left_out = cross_val_predict(
        Ridge(alpha=found["penalty"], solver="svd"),
        features,
        labels[:, kept] / labels[:, kept].std(axis=0),
        cv=LeaveOneOut(),
    )
    answers = np.ones(labels.shape)
    answers[:, kept] = left_out * labels[:, kept].std(axis=0)
    expected = metrics.label_ranking_average_precision_score(labels, answers)
    assert found["value"] == pytest.approx(expected, abs=1e-6)


def test_means_of_numbers_are_those_of_each_training_part(tiny, folder, numbered):
    config, _ = numbered
    data = _fold_data.prepare(config)
    for split, known in zip(data.splits, data.vocabularies, strict=True):
        mine = np.isin(data.examples.ids, split.train)
        np.testing.assert_allclose(known.centre, data.labels[mine].mean(axis=0))
        np.testing.assert_allclose(known.spread, data.labels[mine].std(axis=0))
        assert known.class_names == ("rating", "depth")
    assert len({known.centre for known in data.vocabularies}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["labelled", "numbered"])
def test_a_held_out_fold_decides_nothing(kind, folder, request, monkeypatch):
    """Other labels in a held-out fold leave the answers for that fold as they are."""
    config, _ = request.getfixturevalue(kind)
    true = _fold_data.prepare

    def turned(config):
        data = true(config)
        held = data.mask("test")[1]
        data.labels[held] = 1 - data.labels[held]
        return data

    monkeypatch.setattr(_fold_data, "prepare", turned)
    asked = {**config.settings(), "run_dir": str(folder / f"turned {kind}")}
    ftkeras.cross_validate(RunConfig.read(**asked))
    before, after = (
        Predictions.read(run_dir / "predictions/model.parquet")
        for run_dir in (config.run_dir, folder / f"turned {kind}")
    )
    mine = np.isin(before.ids, sorted(parts(config.run_dir)[0, 1]["test"]))
    np.testing.assert_array_equal(before.logits[mine], after.logits[mine])
    assert (before.logits[~mine] != after.logits[~mine]).any()


def test_groups_of_numbers_stay_together(tiny, folder):
    source = f"csv(path={str(folder / 'rows.csv')!r}, label='rating')"
    config = settings(folder, "groups", task="regression", data=source,
                      folds="grouped(column='author', folds=3)")  # fmt: skip
    data = _fold_data.prepare(config)
    authors = data.examples.columns["author"]
    for number in range(3):
        held = data.mask("test")[number]
        assert not set(authors[held]) & set(authors[~held])


def test_other_kinds_are_refused_before_any_work(folder):
    config = settings(folder, "none", task="token_classification", data="csv(path='none.csv')")
    with pytest.raises(UserError, match="answers with tags"):
        ftkeras.cross_validate(config)


@pytest.fixture(scope="module")
def tabular(folder):
    """A column whose mean moves with every one of a few rows."""
    rng = np.random.default_rng(5)
    ages = rng.normal(size=120) + np.where(np.arange(120) % 20 == 7, 1e4, 0)
    cities = rng.choice(["Bern", "Rome"], 120)
    labels = 2 * np.minimum(ages, 9) + (cities == "Rome")
    write_columns(folder / "table.csv", {
        "age": ages.round(6), "city": cities, "label": labels.round(5),
    })  # fmt: skip
    data = f"csv(path={str(folder / 'table.csv')!r}, numbers='age', categories='city')"
    asked = {"backbone": "tabular://one_hot", "task": "regression", "data": data,
             "phase": ["linear_probe(epochs=3, learning_rate=0.05)"]}  # fmt: skip
    return lambda name, **more: settings(folder, name, **{**asked, **more})


def test_a_table_is_read_by_the_means_and_categories_of_each_training_part(tabular):
    config = tabular("encoders")
    data = _fold_data.prepare(config)
    backbones = FoldBackbones(config, data)
    ages = np.array([row["age"] for row in data.examples.inputs])
    assert len({ages[data.mask("train")[number]].mean() for number in range(3)}) == 3
    for number in range(3):
        mine = data.mask("train")[number]
        features = backbones.features(number, lambda name, unit: lambda *told: None)
        expected = (ages - ages[mine].mean()) / ages[mine].std()
        np.testing.assert_allclose(features[:, 0], expected, rtol=1e-3, atol=1e-4)
        kept = backbones.of(number)[0].preprocess.config
        assert f"{ages[mine].mean():.3f}"[:5] in str(kept)


@pytest.mark.slow
def test_tables_run_fold_after_fold_and_are_judged_like_others(tabular):
    config = tabular("table")
    record = ftkeras.cross_validate(config)
    found = record.analyses["cross_validation"]
    assert found["fold_scores"]["model"][0] == pytest.approx(
        of_folds(config.run_dir, metrics.r2_score), abs=1e-5
    )
    assert "columns_ridge" in found["fold_scores"]
    assert "features_ridge" in found["fold_scores"]
    assert found["ridge"] is None
    with pytest.raises(UserError, match="means and categories of its own training part"):
        ftkeras.cross_validate(tabular("rates", learning_rates=["1e-3,1e-2"]))


@pytest.mark.slow
def test_rankings_run_fold_after_fold(preset, tmp_path):
    source = ranked_documents(tmp_path / "rows.csv", 24, longest=5)
    config = settings(
        tmp_path, "run", backbone=str(preset), task="ranking", data=source,
        folds="random(folds=2)", phase=["linear_probe(epochs=2, learning_rate=0.05)"],
    )  # fmt: skip
    record = ftkeras.cross_validate(config)

    def gain(truth, scores):
        each = []
        for relevance, said in zip(truth, scores.reshape(len(truth), -1), strict=True):
            there = relevance >= 0
            alone = there.sum() < 2
            value = float(relevance[there].any()) if alone else metrics.ndcg_score(
                relevance[None, there], said[None, there], k=10)  # fmt: skip
            each.append(value)
        return np.mean(each)

    found = record.analyses["cross_validation"]
    expected = of_folds(config.run_dir, gain)
    assert found["fold_scores"]["model"][0] == pytest.approx(expected, abs=1e-6)
    assert found["fold_scores"]["bm25"][0] == pytest.approx(
        of_folds(config.run_dir, gain, "baselines/bm25"), abs=1e-6
    )
