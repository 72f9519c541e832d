"""The callback against scikit-learn's table of the model's own predictions."""

import json

import keras
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as reference

from ftkeras import metrics
from ftkeras.callbacks.confusion_matrix import ConfusionMatrix
from ftkeras.errors import UserError


def fitted(tmp_path, num_classes, chosen, validated=True, epochs=2, **options):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(90, 4)).astype("float32"), rng.integers(0, num_classes, 90)
    suite = metrics.suite(
        "binary" if num_classes == 2 else "multiclass", num_classes=num_classes, metrics=chosen
    )
    outputs = 1 if num_classes == 2 else num_classes
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(outputs)])
    losses = keras.losses
    loss = losses.BinaryCrossentropy if outputs == 1 else losses.SparseCategoricalCrossentropy
    # Weights stay as they are, so that training and validation see the same model.
    model.compile(keras.optimizers.SGD(0.0), loss(from_logits=True), metrics=suite)
    path = tmp_path / "matrix.jsonl"
    callback = ConfusionMatrix(suite[-1], path, **options)
    held = (x[:40], y[:40]) if validated else None
    model.fit(x, y, validation_data=held, epochs=epochs, callbacks=[callback], verbose=0)
    logits = model.predict(x, verbose=0)
    said = (logits[:, 0] > 0).astype(int) if outputs == 1 else logits.argmax(-1)
    return [json.loads(line) for line in path.read_text().splitlines()], y, said


@pytest.mark.parametrize(
    ("num_classes", "chosen"), [(3, ["accuracy", "cohen_kappa"]), (2, ["log_loss", "f1_score"])]
)
def test_each_epoch_holds_the_table_of_train_and_of_validation(tmp_path, num_classes, chosen):
    lines, y, said = fitted(tmp_path, num_classes, chosen)
    assert [(line["epoch"], line["part"]) for line in lines] == [
        (1, "train"), (1, "validation"), (2, "train"), (2, "validation")]  # fmt: skip
    for line in lines:
        rows = slice(None) if line["part"] == "train" else slice(40)
        expected = reference(y[rows], said[rows], labels=range(num_classes))
        np.testing.assert_array_equal(line["matrix"], expected)


def test_without_validation_there_is_the_table_of_train(tmp_path):
    lines, y, said = fitted(tmp_path, 3, ["cohen_kappa"], validated=False, epochs=1)
    assert [line["part"] for line in lines] == ["train"]
    np.testing.assert_array_equal(lines[0]["matrix"], reference(y, said))


def test_tensorboard_gets_a_table_and_an_image(tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    fitted(tmp_path, 3, ["cohen_kappa"], log_dir=tmp_path / "logs", labels=["ant", "bee", "fly"])
    found = events.EventAccumulator(str(tmp_path / "logs"))
    found.Reload()
    tags = found.Tags()["tensors"]
    shown = [event for tag in tags for event in found.Tensors(tag)]
    texts = [text for event in shown for text in event.tensor_proto.string_val]
    assert {event.step for event in shown} == {1, 2}
    assert any(b"| ant |" in text for text in texts)
    assert any(text.startswith(b"\x89PNG") for text in texts)


def test_metrics_that_do_not_count_the_table_are_refused(tmp_path):
    with pytest.raises(UserError, match="metric='accuracy'"):
        ConfusionMatrix(metrics.Accuracy(num_classes=3), tmp_path / "matrix.jsonl")


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(UserError, match="Expected 3 labels"):
        ConfusionMatrix(metrics.CohenKappa(num_classes=3), labels=["ant"])
