"""The metric that chooses the best epoch; logs written by hand and scikit-learn are the reference."""

import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score

from ftkeras import catalog, finetune, flags
from ftkeras.call_string import Call, parse
from ftkeras.config import RunConfig
from ftkeras.contracts.task import Labels
from ftkeras.errors import UserError
from ftkeras.training.best_epoch import BestEpoch
from ftkeras.workflows import _kinds, _monitor, _objective, _tag_objective, _trial

BINARY = catalog.build("tasks", Call("binary"))


def objective_of(task, monitor, classes=2, **settings):
    found = parse(monitor) if monitor else None
    return _objective.objective(catalog.build("tasks", parse(task)), classes,
                                settings.get("asked", ()), settings.get("loss"), (), found)  # fmt: skip


@pytest.mark.parametrize(
    ("task", "monitor", "log", "direction"),
    [
        ("binary", None, "val_log_loss", "min"),
        ("binary", "f1_score", "val_f1_score", "max"),
        ("binary", "area_under_roc_curve", "val_area_under_roc_curve", "max"),
        ("multiclass", "brier_score", "val_brier_score", "min"),
        ("multiclass", "loss", "val_loss", "min"),
        ("regression", "mean_absolute_error", "val_mean_absolute_error", "min"),
        ("regression", "r2_score", "val_r2_score", "max"),
        ("semantic_segmentation", "dice_coefficient", "val_dice_coefficient", "max"),
    ],
)
def test_the_epoch_is_chosen_by_what_was_asked_for_in_its_direction(task, monitor, log, direction):
    found = objective_of(task, monitor, 1 if task == "regression" else 2)
    assert (found.monitor, found.direction) == (log, direction)
    streamed = [f"val_{metric.name}" for metric in found.metrics()]
    assert log in [*streamed, "val_loss"]


def test_it_wins_over_the_loss_that_was_asked_for():
    assert objective_of("binary", None, loss=Call("focal")).monitor == "val_loss"
    found = objective_of("binary", "recall", loss=Call("focal"))
    assert (found.monitor, found.direction) == ("val_recall", "max")


def test_two_of_one_name_are_told_apart_by_their_values():
    """On these answers macro F1 and the F1 of class 0 differ, as scikit-learn says, too."""
    found = objective_of(
        "multiclass", "f1_score(average='macro')", 3, asked=[Call("f1_score", {"class_index": 0})]
    )
    labels, said = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    metrics = found.metrics()
    metrics[0].update_state(labels, np.eye(3, dtype="float32")[said])
    values = {f"val_{metric.name}": float(metric.result()) for metric in metrics}
    assert values[found.monitor] == pytest.approx(f1_score(labels, said, average="macro"))
    assert values["val_f1_score"] == pytest.approx(f1_score(labels == 0, said == 0))


def test_patience_and_the_weights_that_are_kept_follow_it():
    """Recall is best at the second epoch, the loss at the fourth; both say when to stop."""
    logs = [{"val_recall": r, "val_loss": x}
            for r, x in ((0.2, 4.0), (0.9, 3.0), (0.8, 2.0), (0.7, 1.0), (0.6, 5.0))]  # fmt: skip
    kept = {}
    for monitor in ("recall", "loss"):
        found = objective_of("binary", monitor)
        best = BestEpoch(found.monitor, found.direction, patience=2)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.stop_training = False
        best.set_model(model)
        for epoch, log in enumerate(logs):
            best.on_epoch_end(epoch, log)
            if model.stop_training:
                break
        kept[monitor] = (best.best_epoch, len(best.history["val_loss"]))
    assert kept == {"recall": (2, 4), "loss": (4, 5)}


def test_tags_are_chosen_by_entities_of_their_scheme_or_by_single_tags():
    task = catalog.build("tasks", Call("token_classification", {"scheme": "iob2"}))
    labels, names = np.array([[1, 2, 0], [0, 1, -1]]), Labels(("O", "B-PER", "I-PER"))
    made = {}
    for asked in (None, "entity_recall", "token_accuracy", "loss"):
        config = RunConfig("finetune", monitor=None if asked is None else parse(asked))
        made[asked] = _tag_objective.of_data(config, task, names, labels)
    assert made[None].monitor == "val_entity_f1_score"
    assert made["entity_recall"].monitor == "val_entity_recall"
    [chosen] = [m for m in made["entity_recall"].decoded.metrics() if m.name == "entity_recall"]
    assert chosen.score.scheme == "iob2"
    assert made["token_accuracy"].monitor == "val_token_accuracy"
    assert [m.name for m in made["token_accuracy"].metrics()] == ["token_accuracy"]
    assert (made["loss"].monitor, made["loss"].direction) == ("val_loss", "min")


def test_trials_and_adaptive_recipes_compare_by_it_too():
    score = _monitor.score(BINARY, parse("recall"), 2)
    assert _monitor.score(BINARY, parse("loss"), 2) is None
    tags = catalog.build("tasks", Call("token_classification", {"scheme": "iob2"}))
    assert _monitor.score(tags, parse("token_accuracy"), 3) is None
    assert _monitor.score(tags, parse("entity_recall"), 3).scheme == "iob2"
    boxes = catalog.build("tasks", Call("object_detection"))
    assert _monitor.score(boxes, parse("coco_average_recall"), 3).num_classes == 3
    labels, said = np.array([0, 1, 1, 1, 0]), np.array([1, 1, 0, 1, 0])
    found = _trial.scored(score, labels, (2.0 * said - 1)[:, None].astype("float32"))
    assert found == pytest.approx(recall_score(labels, said))


@pytest.mark.parametrize(
    ("task", "monitor", "says"),
    [
        ("binary", "false_positive", "--monitor: Expected one of the metrics"),
        ("binary", "false_positives", "more, or less, is better"),
        ("multiclass", "f1_score(average='per_class')", "Expected one number to choose"),
        ("question_answering", "accuracy", "can choose the best epoch by: loss"),
        ("object_detection", "accuracy", "coco_average_precision, coco_average_recall, loss"),
        ("token_classification", "bleu", "entity_f1_score, entity_precision, entity_recall"),
        ("binary", "r2_score", "Expected metrics of task='binary'"),
    ],
)
def test_what_cannot_choose_is_refused_before_anything_is_computed(task, monitor, says):
    given = ["--backbone=preset://x", f"--task={task}", "--data=csv(path='x.csv')", "--run_dir=x"]
    if task == "question_answering":
        given.append("--head=answer_span")
    with pytest.raises(UserError, match=says.replace("(", "\\(")):
        config = flags.parse([*given, f"--monitor={monitor}"])
        _kinds.check(config)
        objective_of(task, monitor)


def test_a_run_keeps_the_epoch_that_the_metric_chose(settings, tmp_path):
    """And its record says so; of the default's choice this run differs, so the flag had a say."""
    phase = ["linear_probe(epochs=6, learning_rate=0.3, patience=6)"]
    config = RunConfig.read(**{**settings, "phase": phase}, run_dir=str(tmp_path / "run"),
                            monitor="accuracy")  # fmt: skip
    [done] = finetune(config).phases
    history = done["history"]
    assert done["best_epoch"] == 1 + int(np.argmax(history["val_accuracy"]))
    assert done["best_epoch"] != 1 + int(np.argmin(history["val_log_loss"]))
    assert RunConfig.read(**config.settings()) == config
