"""One threshold a label: chosen on validation, locked, told, and used by the loaded model."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn import metrics

import ftkeras
from ftkeras import catalog, load
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.report import label_thresholds as words
from ftkeras.thresholds.maximum_f1 import MaximumF1
from ftkeras.thresholds.recall_at_least import RecallAtLeast
from ftkeras.workflows import _analyses, _label_thresholds
from tests.helpers.tiny_backbone import sentences

NAMES = ("often", "rare", "never")
TASK = catalog.build("tasks", Call("multilabel"))


def answered(seed=0, size=900):
    """Probabilities that are right on average; the second label is rare, the third never holds."""
    rng = np.random.default_rng(seed)
    share = np.clip(rng.beta(1, (1, 9, 30), size=(size, 3)), 1e-3, 0.999)
    labels = (rng.random((size, 3)) < share).astype("int8")
    labels[:, 2] = 0
    return Predictions(
        ids=np.array([f"{row}" for row in range(size)]), labels=labels,
        logits=logit(share).astype("float32"), task="multilabel", class_names=NAMES,
        splits=np.where(np.arange(size) < size // 2, "validation", "test"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def judged():
    model = answered()
    rows = model.part("validation")
    rule = MaximumF1()
    chosen = _label_thresholds.choose(rule, rows.labels, TASK.probabilities(rows.logits), NAMES)
    decision = Decision(rule="maximum_f1", thresholds=chosen, num_units=len(rows))
    return model, decision, _analyses.analyses(model, TASK, decision)["label_thresholds"]


def test_each_label_has_the_threshold_that_is_best_for_it_on_validation(judged):
    model, decision, _ = judged
    rows = model.part("validation")
    share = expit(rows.logits.astype("float64"))
    assert set(decision.thresholds) == {"often", "rare"}  # nothing can be chosen for the third
    for column, name in enumerate(NAMES[:2]):
        precision, recall, _ = metrics.precision_recall_curve(
            rows.labels[:, column], share[:, column]
        )
        best = np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12))
        above = share[:, column] > decision.thresholds[name]
        assert metrics.f1_score(rows.labels[:, column], above) == pytest.approx(best)
    assert decision.thresholds["rare"] < decision.thresholds["often"] + 0.2
    assert decision.of_labels(NAMES).tolist()[2] == 0.5


def test_test_is_told_label_by_label_and_together(judged):
    model, decision, found = judged
    rows = model.part("test")
    share = expit(rows.logits.astype("float64"))
    at, half = share > decision.of_labels(NAMES), share > 0.5
    by_name = {one["label"]: one for one in found["labels"]}
    assert [one["label"] for one in found["labels"]] == ["often", "rare", "never"]
    for column, name in enumerate(NAMES[:2]):
        outcome = by_name[name]["outcome"]
        truth = rows.labels[:, column]
        assert outcome["value"] == pytest.approx(metrics.f1_score(truth, at[:, column]))
        assert outcome["other"] == pytest.approx(metrics.f1_score(truth, half[:, column]))
        assert outcome["low"] <= outcome["value"] <= outcome["high"]
        assert by_name[name]["choice"]["threshold"] == decision.thresholds[name]
    assert by_name["never"]["choice"] is None
    assert by_name["never"]["threshold"] == 0.5
    micro = found["scores"][0]
    assert micro["at"]["value"] == pytest.approx(metrics.f1_score(rows.labels, at, average="micro"))
    assert micro["half"]["value"] == pytest.approx(
        metrics.f1_score(rows.labels, half, average="micro")
    )
    assert micro["change"]["difference"] == pytest.approx(
        micro["at"]["value"] - micro["half"]["value"]
    )
    raw = [one["change"]["p_value"] for one in found["scores"]]
    adjusted = [one["change"]["adjusted_p_value"] for one in found["scores"]]
    smallest = int(np.argmin(raw))
    assert adjusted[smallest] == pytest.approx(min(1, len(raw) * raw[smallest]))


def test_intervals_widen_with_the_number_of_labels(judged):
    model, decision, found = judged
    alone = Decision(rule="maximum_f1", thresholds={"often": decision.thresholds["often"]})
    single = _analyses.analyses(model, TASK, alone)["label_thresholds"]
    assert found["labels"][0]["outcome"]["level"] == pytest.approx(0.975)
    assert single["labels"][0]["outcome"]["level"] == pytest.approx(0.95)
    width = [
        each["labels"][0]["outcome"]["high"] - each["labels"][0]["outcome"]["low"]
        for each in (found, single)
    ]
    assert width[0] > width[1]


def test_the_words_say_what_was_corrected(judged):
    section = words.section(judged[2])
    assert "2 labels have a threshold of their own" in section.sentences[0]
    assert "1 label keeps 0.5" in section.sentences[1]
    assert "Over all labels, multilabel F1 score (micro) on test" in section.sentences[2]
    assert [row.name for row in section.rows] == ["often", "rare", "never"]
    assert all(len(row.cells) == len(section.head) - 1 for row in section.rows)
    assert "Bonferroni" in section.fine


def test_a_rule_that_no_label_fulfils_is_refused():
    rows = answered().part("validation")
    with pytest.raises(UserError, match="450 examples of 3 labels"):
        _label_thresholds.choose(MaximumF1(), rows.labels * 0, expit(rows.logits), NAMES)


@pytest.mark.slow
def test_a_trained_model_answers_by_the_thresholds_of_its_labels(preset, tmp_path):
    texts, labels = sentences(220, seed=1)
    cells = [
        f"{text},{';'.join([('bad', 'good')[label], *(['cafe'] if 'cafe' in text else [])])}"
        for text, label in zip(texts, labels, strict=True)
    ]
    (tmp_path / "train.csv").write_text("\n".join(["text,label", *cells]) + "\n")
    record = ftkeras.finetune(
        RunConfig.read(
            mode="finetune", backbone=str(preset), task="multilabel(separator=';')",
            data=f"csv(path={str(tmp_path / 'train.csv')!r})", run_dir=str(tmp_path / "run"),
            phase=["linear_probe(epochs=4, learning_rate=0.1)"], cache_dir=str(tmp_path / "cache"),
            threshold="recall_at_least(value=0.9)",
        )
    )  # fmt: skip
    decision = Decision.read(tmp_path / "run/decision.json")
    rows = Predictions.read(tmp_path / "run/predictions/model.parquet").part("validation")
    for column, name in enumerate(rows.class_names):
        expected = RecallAtLeast(0.9)(rows.labels[:, column], expit(rows.logits[:, column]))
        assert decision.thresholds[name] == pytest.approx(expected)
    model = load(tmp_path / "run")
    new, _ = sentences(40, seed=4)
    above = expit(model.logits(new)) > [decision.thresholds[name] for name in rows.class_names]
    assert model.predict(new) == [
        [name for name, holds in zip(rows.class_names, row, strict=True) if holds] for row in above
    ]
    assert record.analyses["label_thresholds"]["num_chosen"] == 3
    text = (tmp_path / "run/report.html").read_text(encoding="utf-8")
    assert "3 labels have a threshold of their own" in text
    again = ftkeras.evaluate(RunConfig.read(mode="evaluate", run_dir=str(tmp_path / "run")))
    assert again.analyses["label_thresholds"] == record.analyses["label_thresholds"]
