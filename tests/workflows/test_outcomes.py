"""How well each example was answered, held to scikit-learn example by example."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.records.predictions import Predictions
from ftkeras.workflows import _outcomes
from ftkeras.workflows._analyses import analyses

RNG = np.random.default_rng(0)


def predictions(task, labels, logits, names, **more):
    size = len(labels)
    return catalog.build("tasks", Call(task)), Predictions(
        ids=np.arange(size).astype(str), labels=labels, logits=logits.astype("float32"),
        splits=np.repeat(["validation", "test"], [size // 2, size - size // 2]), task=task,
        class_names=names, **more,
    )  # fmt: skip


def labelled(size=9):
    labels = (RNG.random((size, 4)) < 0.4).astype("int8")
    return predictions("multilabel", labels, RNG.normal(size=(size, 4)), tuple("abcd"))


def test_of_labels_it_is_the_ranking_precision_of_each_example():
    task, rows = labelled()
    found = _outcomes.outcome(task, rows)
    expected = [
        label_ranking_average_precision_score(rows.labels[[k]], rows.logits[[k]])
        for k in range(len(rows))
    ]
    assert (found.score, found.direction) == ("label_ranking_average_precision", "max")
    np.testing.assert_allclose(found.values, expected)


@pytest.mark.parametrize("targets", [1, 2])
def test_of_numbers_it_is_the_absolute_error_averaged_over_targets(targets):
    labels = RNG.normal(size=(9, targets))
    task, rows = predictions("regression", labels[:, 0] if targets == 1 else labels,
                             RNG.normal(size=(9, targets)), tuple("ab"[:targets]))  # fmt: skip
    found = _outcomes.outcome(task, rows)
    assert found.direction == "min"
    np.testing.assert_allclose(found.values, np.abs(labels - rows.logits).mean(axis=1), rtol=1e-6)


def test_of_rankings_it_is_the_gain_of_each_query():
    relevance = np.array([[2, 0, 1, 0], [0, 1, 0, 3], [1, 2, 3, 0]], "float64")
    task, rows = predictions("ranking", relevance, RNG.normal(size=(3, 4, 1)), ("relevance",))
    expected = [ndcg_score(relevance[[k]], rows.logits[[k], :, 0]) for k in range(3)]
    np.testing.assert_allclose(_outcomes.outcome(task, rows).values, expected, rtol=1e-6)


def test_of_classes_it_is_whether_they_are_right():
    task, rows = predictions(
        "binary", np.array([0, 1, 1]), np.array([[-1.0], [2], [-3]]), ("n", "y")
    )
    assert _outcomes.outcome(task, rows).values.tolist() == [True, True, False]


@pytest.mark.parametrize("broken", ["nothing", "logits", "labels"])
def test_what_cannot_be_read_has_no_outcome(broken):
    task, rows = labelled()
    if broken == "nothing":
        rows = rows.part("train")
    elif broken == "logits":
        rows.logits[0, 0] = np.nan
    else:
        rows.labels[0] = -1
    assert _outcomes.outcome(task, rows) is None
    everywhere = dataclasses.replace(rows, splits=np.full(len(rows), "test"))
    assert analyses(everywhere, task) == {}


def test_slices_of_numbers_name_where_errors_are_larger():
    size = 600
    kind = RNG.choice(["easy", "hard"], size, p=[0.8, 0.2])
    labels = 100 + 10 * RNG.normal(size=size)
    wrong = np.where(kind == "hard", 6.0, 1.0) * RNG.normal(size=size)
    task, rows = predictions("regression", labels, (labels + wrong)[:, None], ("depth",),
                             columns={"kind": kind, "noise": RNG.normal(size=size)})  # fmt: skip
    found = analyses(rows, task, seed=1)["slices"]
    test = rows.part("test")
    error = np.abs(test.labels - test.logits[:, 0])
    assert (found["score"], found["direction"]) == ("mean_absolute_error", "min")
    assert found["overall"] == pytest.approx(error.mean())
    of = {(item["column"], item["value"]): item for item in found["differences"]}
    hard = test.columns["kind"] == "hard"
    assert of["kind", "hard"]["score"] == pytest.approx(error[hard].mean())
    assert of["kind", "hard"]["adjusted"] < 0.01
    assert of["kind", "hard"]["difference"] > 0
    assert sum(column == "true number" for column, _ in of) == 4
    assert found["weak"][0]["value"] in ("kind is hard", "kind is not easy")


def test_slices_of_labels_go_by_label_and_by_how_many_hold():
    size = 400
    labels = (RNG.random((size, 3)) < [0.5, 0.3, 0.6]).astype("int8")
    logits = 4.0 * labels + RNG.normal(size=(size, 3))
    logits[labels[:, 1] == 1] = RNG.normal(size=(int(labels[:, 1].sum()), 3))
    task, rows = predictions("multilabel", labels, logits, ("a", "b", "c"))
    found = analyses(rows, task)["slices"]
    worst = found["differences"][0]
    assert (worst["column"], worst["value"]) == ("true label", "b")
    assert worst["difference"] < 0
    assert {item["column"] for item in found["differences"]} == {"true label", "number of labels"}
    assert found["weak"] == []
