"""Mistakes that common tutorials make: each meets its own message, in the place where it is made."""

import dataclasses

import keras
import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from ftkeras import handles
from ftkeras.backbones.application import build as application
from ftkeras.backbones.keras import build as saved_model
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.config import RunConfig
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data.checks.label_balance import LabelBalance
from ftkeras.data.checks.unlike_parts import UnlikeParts
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.from_batches import from_batches
from ftkeras.errors import UserError
from ftkeras.handles import Handle
from ftkeras.records.run_record import RunRecord
from ftkeras.report import caveats
from ftkeras.report.which_metric import which_metric
from ftkeras.scores.f1_score import F1Score
from ftkeras.statistics.intervals import measure
from ftkeras.workflows._answers_of_model import answers_of_model

LOPSIDED = {"no": 180, "yes": 20}


def record(metric=(), config=None, labels=None):
    """A record of a test part of 200, nine tenths of it in one class."""
    labels = labels or LOPSIDED
    return RunRecord(
        command="", created="2026-01-01T00:00:00+00:00",
        config={"metric": list(metric), **(config or {})}, versions={},
        task={"name": "binary", "class_names": list(labels), "headline": "accuracy"},
        data={"labels": {"test": labels}}, split={"counts": {"test": sum(labels.values())}},
        backbone={}, passes={}, phases=[], measurements={}, comparisons=[], streamed={},
        test_reads=[{"time": "", "reason": "once"}], seconds={},
        analyses={"which_metric": dataclasses.asdict(which_metric(list(labels.values()), tuple(labels)))},
    )  # fmt: skip


def test_validation_data_that_are_the_test_set():
    texts = [f"text {row}" for row in range(40)]
    twice = [*texts, *(text.upper() for text in texts[30:])]
    parts = ["train"] * 30 + ["test"] * 10 + ["val"] * 10
    dataset = from_arrays(twice, [row % 2 for row in range(50)], {"part": parts})
    with pytest.raises(UserError, match=r"all 10 validation examples are test examples, too"):
        deduplicate(dataset, "part")
    some = from_arrays([*twice, "another"], [*(r % 2 for r in range(50)), 1], {"part": [*parts, "dev"]})  # fmt: skip
    kept, _ = deduplicate(some, "part")
    assert kept.columns["part"].tolist().count("test") == 10


def test_scoring_the_last_batch():
    batch = record(config={"predictions": "csv(path='answers.csv')"}, labels={"no": 20, "yes": 12})
    assert "just as many as a batch" in caveats.find(batch)[0]
    whole = record(config={"predictions": "csv(path='answers.csv')"}, labels={"no": 20, "yes": 13})
    assert not any("batch" in text for text in caveats.find(whole))


def test_metrics_of_decisions_on_softmax_rows():
    logits = np.random.default_rng(0).normal(size=(50, 3))
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.arange(50) % 3
    with pytest.raises(UserError, match="as those of a softmax do"):
        measure([F1Score(num_classes=3, average="macro")], labels, softmax)
    for fine in (logits, np.eye(3)[labels], np.log(softmax)):
        assert measure([F1Score(num_classes=3, average="macro")], labels, fine)[0].value is not None


def test_dividing_by_255_instead_of_the_preprocessing_of_the_backbone():
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)) / 255.0
    with pytest.raises(UserError, match="the backbone does its own"):
        Image(8)(list(images))
    with pytest.raises(UserError, match=r"not uint8 pixels in 0\.\.255"):
        from_arrays(list(images), [0, 1, 0, 1])
    with pytest.raises(UserError, match="Leave /255"):
        from_batches([(images, [0, 1, 0, 1])])


def test_a_head_of_1000_classes_left_in_place(tmp_path):
    keras.utils.set_random_seed(0)
    images = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3)(keras.layers.Rescaling(1 / 255)(images))
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(images, keras.layers.Dense(1000, activation="softmax")(x))
    model.save(tmp_path / "pretrained.keras")
    pixels = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 3), dtype="uint8")
    np.savez(tmp_path / "data.npz", x=pixels, y=np.arange(6) % 3)
    config = RunConfig.read(
        mode="evaluate", model=str(tmp_path / "pretrained.keras"), outputs="probabilities",
        data=f"npz(path={str(tmp_path / 'data.npz')!r})", run_dir=str(tmp_path / "run"),
    )  # fmt: skip
    with pytest.raises(UserError, match=r"1000 outputs, those of ImageNet.*--mode=finetune"):
        answers_of_model(config)
    backbone = saved_model(Handle("keras", str(tmp_path / "pretrained.keras")))
    assert {name: tensor.shape[-1] for name, tensor in backbone.model.output.items()} == {
        "pooled": 4,
        "feature_map": 4,
    }


def test_a_split_without_seed_and_without_stratification():
    with pytest.raises(UserError, match="--seed: Expected an integer"):
        RunConfig.read(mode="check_data", data="scikit_learn", task="multiclass", seed="None")
    dataset = from_arrays([f"text {row}" for row in range(400)], [int(row < 40) for row in range(400)])  # fmt: skip
    train, rest = train_test_split(np.arange(400), shuffle=False, train_size=0.7)
    validation, test = train_test_split(rest, shuffle=False, train_size=0.5)
    parts = dict(zip(PARTS, (dataset.ids[rows] for rows in (train, validation, test)), strict=True))
    (finding,) = UnlikeParts()(dataset, Split(**parts, rule="by_hand", seed=0))
    assert finding.severity == "warning"
    assert "split=stratified" in finding.action


@pytest.mark.parametrize("written", ["tf.keras.applications.BERT", "application://BERT"])
def test_a_preset_that_does_not_exist(written):
    with pytest.raises(UserError, match=r"keras\.applications: .*models of texts are presets"):
        application(handles.parse(written))


def test_weighted_f1_alone_on_imbalanced_data():
    alone = record(metric=["f1_score(average='weighted')"])
    (found,) = [text for text in caveats.find(alone) if "weighs each class" in text]
    assert "90" in found
    assert "macro F1" in found
    for fine in (["f1_score(average='weighted')", "recall"], ["f1_score(average='macro')"], []):
        assert not any("weighs each" in text for text in caveats.find(record(metric=fine)))
    even = record(metric=["f1_score(average='weighted')"], labels={"no": 110, "yes": 90})
    assert not any("weighs each" in text for text in caveats.find(even))


def test_accuracy_alone_on_imbalanced_data():
    assert any("accuracy" in text.lower() for text in caveats.find(record()))
    assert caveats.find(record(labels={"no": 110, "yes": 90})) == []
    labels = [name for name, count in LOPSIDED.items() for _ in range(count)]
    dataset = from_arrays([f"text {row}" for row in range(200)], labels)
    messages = [finding.message for finding in LabelBalance()(dataset)]
    assert any("answering no every time" in message for message in messages)
