import csv

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ftkeras import run
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows.compare import compare
from tests.report.page import Page

MODELS = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "bayes": GaussianNB(),
    "neighbours": KNeighborsClassifier(5),
}


def answered(load, model, keep=slice(None)):
    data = load()
    values = cross_val_predict(MODELS[model], data.data, data.target, method="predict_proba")
    frame = pd.DataFrame({"id": [f"{load.__name__} {row}" for row in range(len(values))],
                          "label": data.target})  # fmt: skip
    for index in range(values.shape[1]):
        frame[f"probability_{index}"] = values[:, index]
    return frame.iloc[keep]


def settings(tmp_path, paths, **more):
    return RunConfig.read(
        mode="compare", run_dir=str(tmp_path / "compared"),
        runs=",".join(str(path) for path in paths), **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    frames = {name: answered(load_digits, name) for name in MODELS}
    for name, frame in frames.items():
        # Rows in any order: examples are known by their id.
        frame.sample(frac=1, random_state=len(name)).to_csv(folder / f"{name}.csv", index=False)
    return folder, frames


def checked_page(directory):
    page = Page.read(directory / "report.html")
    assert len(page.ids) == len(set(page.ids))
    assert page.asks_for == []
    return page


def right(frame):
    return frame.filter(like="probability_").to_numpy().argmax(1) == frame["label"].to_numpy()


def test_pairs_are_tested_on_the_same_examples_and_adjusted(digits, tmp_path):
    folder, frames = digits
    board = compare(
        settings(tmp_path, [folder / f"{name}.csv" for name in MODELS])
    ).analyses["leaderboards"][0]  # fmt: skip
    hits = {name: right(frame) for name, frame in frames.items()}
    best = sorted(hits, key=lambda name: -hits[name].mean())
    assert [row["name"] for row in board["rows"]] == best
    for row in board["rows"]:
        assert row["scores"][0]["value"] == pytest.approx(hits[row["name"]].mean())
    raw = []
    for pair in board["pairs"]:
        first, second = hits[pair["better"]], hits[pair["worse"]]
        assert pair["difference"] == pytest.approx(first.mean() - second.mean())
        only_first, only_second = (first & ~second).sum(), (~first & second).sum()
        exact = binomtest(int(only_first), int(only_first + only_second)).pvalue
        assert pair["p_value"] == pytest.approx(exact)
        raw.append(exact)
    smallest = min(board["pairs"], key=lambda pair: pair["p_value"])
    assert smallest["adjusted_p_value"] == pytest.approx(min(1, 3 * min(raw)))
    for item in board["disagreements"]:
        first, second = hits[item["best"]], hits[item["other"]]
        assert item["only_best"]["count"] == (first & ~second).sum()
        assert item["only_other"]["count"] == (~first & second).sum()
        assert item["both_wrong"] == (~first & ~second).sum()
        ids = {example["id"] for example in item["only_best"]["examples"]}
        assert ids <= set(frames["bayes"]["id"][first & ~second])


def test_the_result_is_a_directory_that_replays(digits, tmp_path):
    folder, _ = digits
    record = compare(settings(tmp_path, [folder / "logistic.csv", folder / "bayes.csv"]))
    directory = tmp_path / "compared"
    checked_page(directory)
    assert RunRecord.read(directory / "record.json") == record
    rows = list(csv.DictReader((directory / "leaderboard.csv").read_text().splitlines()))
    assert {row["model"] for row in rows} == {"logistic", "bayes"}
    assert run.main([f"--flagfile={directory / 'run.flags'}"]) == 0
    again = RunRecord.read(directory / "record.json")
    assert again.analyses == record.analyses


def test_different_examples_are_refused_unless_only_the_shared_ones_are_asked_for(tmp_path):
    whole, part = answered(load_wine, "bayes"), answered(load_wine, "logistic", slice(20, 170))
    paths = [tmp_path / "whole.csv", tmp_path / "part.csv"]
    whole.to_csv(paths[0], index=False)
    part.to_csv(paths[1], index=False)
    with pytest.raises(UserError, match=r"whole with 28 that not all.*--examples=shared"):
        compare(settings(tmp_path, paths))
    board = compare(settings(tmp_path, paths, examples="shared")).analyses["leaderboards"][0]
    assert board["examples"] == 150
    value = {row["name"]: row["scores"][0]["value"] for row in board["rows"]}
    assert value["whole"] == pytest.approx(right(whole.iloc[20:170]).mean())


def test_runs_that_disagree_about_the_truth_are_refused(tmp_path):
    one, other = answered(load_wine, "bayes"), answered(load_wine, "bayes")
    other.loc[3, "label"] = 2 - other.loc[3, "label"]
    one.to_csv(tmp_path / "one.csv", index=False)
    other.to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(UserError, match=r"1 examples whose label differs.*load_wine 3"):
        compare(settings(tmp_path, [tmp_path / "one.csv", tmp_path / "other.csv"]))


def test_over_several_data_sets_methods_are_compared_by_their_ranks(tmp_path):
    paths = []
    for load in (load_wine, load_iris, load_breast_cancer):
        for name in MODELS:
            path = tmp_path / load.__name__ / f"{name}.csv"
            path.parent.mkdir(exist_ok=True)
            answered(load, name).to_csv(path, index=False)
            paths.append(path)
    record = compare(settings(tmp_path, paths))
    boards, ranks = record.analyses["leaderboards"], record.analyses["ranks"]
    assert [len(board["rows"]) for board in boards] == [3, 3, 3]
    assert ranks["methods"] == ["bayes", "logistic", "neighbours"]
    assert ranks["data_sets"] == 3
    assert sum(ranks["average"]) == pytest.approx(6)
    page = checked_page(tmp_path / "compared")
    assert "critical-difference-title" in page.ids


@pytest.mark.slow
def test_cost_and_previews_come_from_the_record_of_a_run(finished, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(finished[0], copy)
    config = settings(tmp_path, [finished[0], copy], cost="recorded")
    board = compare(config).analyses["leaderboards"][0]
    assert [row["serving"] for row in board["rows"]] == [None, None]
    assert board["pairs"][0]["difference"] == 0
    assert board["pairs"][0]["tied"]
    assert [row["tied_with_best"] for row in board["rows"]] == [False, True]
    cost = board["rows"][0]["cost"]
    assert cost["parameters"] > cost["trained_parameters"] > 0
    assert cost["training_seconds"] > 0


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ("{0}", "at least two"),
        ("{0},{0}", "at least two different"),
        ("{0},nowhere", "nowhere"),
        ("{0},{1}", "iris, which shares no test example|wine, which shares no test example"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, capsys, runs, says):
    import re

    paths = [tmp_path / "wine.csv", tmp_path / "iris.csv"]
    answered(load_wine, "bayes").to_csv(paths[0], index=False)
    answered(load_iris, "bayes").to_csv(paths[1], index=False)
    status = run.main(
        ["--mode=compare", f"--run_dir={tmp_path / 'c'}", f"--runs={runs.format(*paths)}"]
    )
    assert status == 2
    assert re.search(says, capsys.readouterr().err)


def test_the_accuracy_is_scikit_learns(digits, tmp_path):
    folder, frames = digits
    board = compare(
        settings(tmp_path, [folder / "bayes.csv", folder / "neighbours.csv"])
    ).analyses["leaderboards"][0]  # fmt: skip
    frame = frames["bayes"]
    expected = accuracy_score(
        frame["label"], np.argmax(frame.filter(like="probability_").to_numpy(), axis=1)
    )
    value = {row["name"]: row["scores"][0]["value"] for row in board["rows"]}
    assert value["bayes"] == pytest.approx(expected)


def test_repeats_of_a_cross_validation_show_their_spread(finished, tmp_path):
    import dataclasses
    import shutil

    copy = tmp_path / "folds"
    shutil.copytree(finished[0], copy)
    scores = [[0.8, 0.9], [0.7, 0.8], [0.9, 1.0]]
    record = RunRecord.read(copy / "record.json")
    dataclasses.replace(
        record, analyses={"cross_validation": {"fold_scores": {"model": scores}}}
    ).write(copy / "record.json")
    config = settings(tmp_path, [finished[0], copy], cost="recorded")
    board = compare(config).analyses["leaderboards"][0]
    spread = {row["name"]: row["spread"] for row in board["rows"]}
    assert spread[finished[0].name] is None
    assert spread["folds"] == {"value": pytest.approx(0.1), "repeats": 3}
    assert "repeats differ by 10.0 points" in (tmp_path / "compared/report.html").read_text()
