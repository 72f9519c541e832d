"""What is found out about a model beside its scores, on made predictions with known truths."""

import json

import numpy as np
import pytest
from scipy.special import expit

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.workflows._analyses import analyses


def made(size=1200, seed=0, sharpness=3.0):
    """Overconfident answers, a weak language, and five labels swapped where it is surest."""
    rng = np.random.default_rng(seed)
    language = rng.choice(["en", "de"], size)
    truth = 2 * rng.normal(size=size)
    labels = (rng.random(size) < expit(truth)).astype("int64")
    said = np.where(language == "de", rng.normal(size=size), truth)
    surest = np.abs(said).argsort()[-5:]
    labels[surest] = said[surest] < 0
    return Predictions(
        ids=np.array([f"e{k}" for k in range(size)]),
        labels=labels,
        logits=(sharpness * said).astype("float32")[:, None],
        splits=np.repeat(["validation", "test"], size // 2),
        task="binary",
        class_names=("no", "yes"),
        columns={"language": language},
        previews=np.array(["w" * int(n) for n in rng.integers(1, 90, size)], dtype=object),
    )


BINARY = catalog.build("tasks", Call("binary"))


@pytest.fixture(scope="module")
def found():
    decision = Decision(
        "temperature", {"temperature": 3.0}, "maximum_youden", {"yes": 0.4}, num_units=300
    )
    return analyses(made(), BINARY, decision, seed=1)


def test_everything_is_json(found):
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert set(found) == {"which_metric", "slices", "decision", "calibration", "label_noise",
                          "conformal", "threshold"}  # fmt: skip


def test_the_weak_language_is_named(found):
    slices = found["slices"]
    worst = slices["differences"][0]
    assert worst["column"] == "language"
    assert worst["adjusted"] < 0.01
    assert {item["column"] for item in slices["differences"]} == {
        "language", "true label", "text length"}  # fmt: skip
    assert any("language is" in item["value"] for item in slices["weak"])


def test_calibration_is_told_before_and_after(found):
    calibration = found["calibration"]
    assert calibration["after"]["value"] < calibration["before"]["value"]
    assert calibration["before"]["p_value"] < 0.01
    changes = {item["change"]["score"]: item["change"] for item in calibration["scores"]}
    assert changes["log_loss"]["high"] < 0
    assert changes["accuracy"]["difference"] == 0


def test_swapped_labels_are_among_the_first_suspects(found):
    surest = {f"e{k}" for k in np.abs(made().logits[:, 0]).argsort()[-12:]}
    assert len({item["id"] for item in found["label_noise"]["suspects"][:4]} & surest) >= 3
    assert found["label_noise"]["parts"]["test"]["num_units"] == 600


def test_prediction_sets_grow_with_what_is_promised(found):
    sizes = [item["mean_size"] for item in found["conformal"] if item["method"] == "adaptive"]
    assert sizes == sorted(sizes)
    assert all(item["num_calibration"] == 600 for item in found["conformal"])


def test_the_same_seed_finds_the_same(found):
    decision = Decision.from_json(found["decision"])
    assert analyses(made(), BINARY, decision, seed=1) == found


def test_without_validation_nothing_is_calibrated_on_it():
    found = analyses(made().part("test"), BINARY, Decision("", {}, "maximum_f1", {"yes": 0.3}))
    assert "conformal" not in found
    assert found["threshold"]["choice"] is None
    assert list(found["label_noise"]["parts"]) == ["test"]
    assert found["slices"]["weak"] == []


def test_answers_without_scores_are_cut_into_slices_only():
    import dataclasses

    model = dataclasses.replace(made(), scored=False)
    assert set(analyses(model, BINARY)) == {"which_metric", "slices"}


@pytest.mark.parametrize("broken", ["logits", "labels"])
def test_what_cannot_be_read_is_not_analysed(broken):
    model = made().part("test")
    getattr(model, broken)[0] = np.nan if broken == "logits" else -1
    assert analyses(model, BINARY) == {}


def test_three_classes_are_analysed_too():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(400, 3)).astype("float32")
    model = Predictions(
        ids=np.array([f"e{k}" for k in range(400)]),
        labels=(logits + rng.gumbel(size=logits.shape)).argmax(axis=1),
        logits=logits,
        splits=np.repeat(["validation", "test"], 200),
        task="multiclass",
        class_names=("a", "b", "c"),
    )
    found = analyses(model, catalog.build("tasks", Call("multiclass")),
                     Decision("isotonic", {"curves": [[[-1.0, 1.0], [0.2, 0.8]]] * 3}))  # fmt: skip
    assert set(found) == {"which_metric", "slices", "decision", "calibration", "label_noise",
                          "conformal"}  # fmt: skip
