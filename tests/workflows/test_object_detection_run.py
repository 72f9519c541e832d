"""Object detection, from a COCO file to the report, held to pycocotools."""

import re
import shutil
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import ftkeras
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.errors import UserError
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.training.fine_tuned import load
from ftkeras.training.views import Augmentations, Views
from ftkeras.workflows import _box_training
from ftkeras.workflows.compare import compare
from tests.helpers import tiny_pyramid_file
from tests.helpers.coco_reference import coco_numbers
from tests.helpers.finished_runs import (
    check_judged_again_alike,
    measured,
    newest_evaluation,
    page_in,
    predictions,
)

HEADLINE = "coco_average_precision"
PICTURES = 60


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boxes")
    labels = tiny_pyramid_file.write_pictures(folder / "pictures", PICTURES)
    tiny_pyramid_file.write_pictures(folder / "new", 8, seed=1)
    model = tiny_pyramid_file.write_model(folder / "tiny.keras")
    return folder, {
        "mode": "finetune",
        "backbone": str(model),
        "task": "object_detection(highest_level=4, anchor_size=2.5, scales=2)",
        "data": f"coco(path={str(labels)!r})",
        "split": "random",
        "head": "retina_net(units=16, convolutions=1)",
        "phase": ["linear_probe(epochs=6, learning_rate=0.01, batch_size=8)"],
        "cache_dir": str(folder / "cache"),
        "seed": 3,
    }


@pytest.fixture(scope="module")
def finished(asked):
    folder, settings = asked
    return folder, ftkeras.finetune(RunConfig.read(**settings, run_dir=str(folder / "run")))


def reference(rows):
    """The twelve numbers of pycocotools, of predictions on disk."""

    def as_widths(each):
        boxes = np.array(each["boxes"], "float64").reshape(-1, 4)
        return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)

    true = [
        {"boxes": as_widths(each), "labels": np.array(each["labels"], "int64"),
         "areas": as_widths(each)[:, 2:].prod(axis=1),
         "is_crowd": np.array(each["is_crowd"], bool)}
        for each in rows.labels
    ]  # fmt: skip
    said = [
        {"boxes": as_widths(each), "labels": np.array(each["labels"], "int64"),
         "scores": np.array(each["scores"])}
        for each in rows.answers
    ]  # fmt: skip
    return coco_numbers(true, said, len(rows.class_names))


@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("model", ["model", "baselines/blobs"])
def test_scores_equal_those_of_pycocotools_on_the_predictions(finished, part, model):
    folder, record = finished
    expected = reference(predictions(folder / "run", model).part(part))
    found = measured(record, part, model.rpartition("/")[2])
    assert next(iter(found)) == HEADLINE
    for score, number in (
        (HEADLINE, 0), (f"{HEADLINE}(iou_threshold=0.5)", 1),
        (f"{HEADLINE}(iou_threshold=0.75)", 2), ("coco_average_recall", 8),
    ):  # fmt: skip
        assert found[score].value == pytest.approx(expected[number], abs=1e-9)
        assert found[score].low <= found[score].value <= found[score].high


def test_the_model_learns_and_finds_something(finished):
    _, record = finished
    (phase,) = record.phases
    assert phase["history"]["loss"][-1] < 0.7 * phase["history"]["loss"][0]
    precision = phase["history"][f"val_{HEADLINE}"]
    assert phase["best_epoch"] == 1 + int(np.argmax(precision))
    assert precision[phase["best_epoch"] - 1] > 0
    assert record.streamed["test"][HEADLINE] == pytest.approx(
        measured(record, "test")[HEADLINE].value, abs=0.1
    )
    assert record.backbone["head"].startswith("retina_net")
    assert record.backbone["tap"] == "pyramid"
    found = measured(record, "test")[f"{HEADLINE}(iou_threshold=0.5)"]
    assert found.value > measured(record, "test", "mean_boxes")[found.score].value


def test_pictures_are_the_unit_and_objects_are_counted(finished):
    folder, record = finished
    rows = predictions(folder / "run")
    counts = record.split["counts"]
    assert sum(counts.values()) == PICTURES
    assert rows.logits.shape == (len(rows), 0)
    for part in ("validation", "test"):
        assert {item.num_units for item in record.measurements[part]["model"]} == {counts[part]}
        for index, name in enumerate(rows.class_names):
            objects = sum(
                label == index and not crowd
                for each in rows.part(part).labels
                for label, crowd in zip(each["labels"], each["is_crowd"], strict=True)
            )
            assert record.data["labels"][part][name] == objects


def test_each_class_is_judged_by_itself(finished):
    folder, record = finished
    rows = predictions(folder / "run").part("test")
    found = record.analyses["box_classes"]
    means = []
    for index, one in enumerate(found["classes"]):
        assert one["objects"] == record.data["labels"]["test"][one["name"]]
        own = [
            {key: np.array(each[key])[np.array(each["labels"], int) == index]
             for key in ("boxes", "labels", "is_crowd")} for each in rows.labels
        ]  # fmt: skip
        assert one["name"] == rows.class_names[index]
        assert sum((~each["is_crowd"].astype(bool)).sum() for each in own) == one["objects"]
        means.append(one["average_precision"]["value"])
    assert np.mean(means) == pytest.approx(measured(record, "test")[HEADLINE].value, abs=1e-9)
    assert 0.05 <= found["shown_from"] <= 1


def test_baselines_of_boxes_stand_beside_it(finished):
    _, record = finished
    assert set(record.measurements["test"]) == {"model", "no_boxes", "mean_boxes", "blobs"}
    assert measured(record, "test", "no_boxes")[HEADLINE].value == 0
    assert {item.other for item in record.comparisons} == {"no_boxes", "mean_boxes", "blobs"}


def test_the_report_draws_what_is_true_and_what_was_answered(finished):
    folder, record = finished
    page = (folder / "run/report.html").read_text()
    assert "<h1>Object detection:" in page
    for words in ("Worst pictures", "Each class by itself", "Precision-recall curve", "All objects",
                  "runs high where pictures are few", "Blobs"):  # fmt: skip
        assert words in page
    for words in ("Confusion matrix", "ROC curve", "classification:", ">nan"):
        assert words not in page
    rows = predictions(folder / "run").part("test")
    shown_from = record.analyses["box_classes"]["shown_from"]
    true = sum(not crowd for each in rows.labels for crowd in each["is_crowd"])
    drawn = len(re.findall(r'<rect class="(?:found|missed)"', page))
    assert 0 < drawn <= true
    said = sum(score >= shown_from for each in rows.answers for score in each["scores"])
    assert len(re.findall(r'<rect class="(?:right|wrong)"', page)) <= said


def test_no_features_are_computed_that_nobody_reads(finished):
    """The head reads a pyramid, and what training does to the backbone is nothing."""
    _, record = finished
    assert record.passes["computed"] == 0
    assert record.analyses["weight_change"] is None


def test_the_report_is_told_in_chinese(finished, tmp_path):
    folder, _ = finished
    for language in ("zh", "en"):
        page = page_in(language, folder / "run", tmp_path / language)
        for words in ("Worst pictures", "All objects", "true and found", "answered, wrong"):
            assert (words in page) == (language == "en")


def test_predictions_on_disk_are_judged_again_alike(finished):
    folder, record = finished
    check_judged_again_alike(folder / "run", record, ["box_classes"])


def test_a_finished_run_answers_with_boxes(finished):
    folder, _ = finished
    rows = predictions(folder / "run").part("test")
    data = ftkeras.data.sources.coco.build(str(folder / "pictures/labels.json"))
    paths = dict(zip(data.ids.tolist(), data.inputs.tolist(), strict=True))
    answers = load(folder / "run").predict([paths[each] for each in rows.ids.tolist()])
    for answer, kept in zip(answers, rows.answers, strict=True):
        assert [one["label"] for one in answer] == [rows.class_names[k] for k in kept["labels"]]
        np.testing.assert_allclose(
            np.array([one["box"] for one in answer]).reshape(-1, 4),
            np.array(kept["boxes"]).reshape(-1, 4), atol=1e-2,
        )  # fmt: skip
        assert all(0.05 <= one["score"] <= 1 for one in answer)


def test_new_pictures_are_answered_and_judged(finished):
    folder, _ = finished
    record = ftkeras.evaluate(
        RunConfig.read(
            mode="evaluate", run_dir=str(folder / "run"),
            data=f"coco(path={str(folder / 'new/labels.json')!r})",
        )
    )  # fmt: skip
    rows = predictions(newest_evaluation(folder / "run"))
    assert len(rows) == 8
    expected = reference(rows)
    assert measured(record, "test")[HEADLINE].value == pytest.approx(expected[0], abs=1e-9)


def test_runs_of_boxes_are_compared(finished, tmp_path, capsys):
    folder, _ = finished
    other = shutil.copytree(folder / "run", tmp_path / "other")
    shutil.copy(
        other / "predictions/baselines/mean_boxes.parquet", other / "predictions/model.parquet"
    )
    capsys.readouterr()
    record = compare(
        RunConfig.read(
            mode="compare", runs=f"{folder / 'run'},{tmp_path / 'other'}", cost="recorded",
            run_dir=str(tmp_path / "compared"),
        )
    )  # fmt: skip
    (board,) = record.analyses["leaderboards"]
    values = {row["name"]: row["scores"][0]["value"] for row in board["rows"]}
    for name, run in (("run", folder / "run"), ("other", tmp_path / "other")):
        rows = predictions(run).part("test")
        assert values[name] == pytest.approx(reference(rows)[0], abs=1e-9)
    assert board["pairs"][0]["difference"] == pytest.approx(
        max(values.values()) - min(values.values())
    )
    # A picture is hardly ever right as a whole: nothing is promised of single ones.
    assert "only one of two" not in capsys.readouterr().out
    assert "Where they disagree" not in (tmp_path / "compared/report.html").read_text()


def test_boxes_move_with_their_pictures():
    """Whatever is done to a picture: its boxes are where its objects are found by their pixels."""
    generator = np.random.default_rng(0)
    pictures, labels = np.empty(6, object), np.empty(6, object)
    for row in range(6):
        height, width = generator.integers(300, 340, 2)
        left, top = generator.integers(100, 140, 2)
        right, bottom = generator.integers(160, 220, 2)
        pictures[row] = np.zeros((height, width, 3), np.uint8)
        pictures[row][top:bottom, left:right] = 255
        labels[row] = {"boxes": [[left, top, right, bottom]], "labels": [0], "is_crowd": [False]}
    cut = set()
    for calls in ([Call("flip", {"vertical": True})], [Call("crop"), Call("flip")],
                  [Call("flip_and_crop"), Call("colour")]):  # fmt: skip
        views = Views(np.arange(6).astype(str), pictures, labels,
                      Augmentations(tuple(calls), 4, seed=1, num_classes=1))  # fmt: skip
        for row, view in np.ndindex(6, 4):
            boxes, size = _box_training.moved_boxes(
                labels[row]["boxes"], pictures[row].shape[:2],
                partial(views.moved, row=row, view=view),
            )  # fmt: skip
            seen = views.value(row, view)[..., 0] > 127
            assert seen.shape == size
            inside = np.clip(boxes[0], 0, [size[1], size[0]] * 2)
            ys, xs = np.nonzero(seen)
            assert inside.tolist() == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
            cut.add(bool((inside != boxes[0]).any()))
    assert cut == {True, False}


def test_targets_of_a_moved_picture_are_those_of_the_picture_it_became():
    task = ObjectDetection(highest_level=5, anchor_size=2.0)
    preprocess = SimpleNamespace(config={"size": [64, 96], "fit": "stretch"})
    picture = np.zeros((50, 70, 3), np.uint8)
    labels, mirrored, inputs = (np.empty(1, object) for _ in range(3))
    labels[0] = {"boxes": [[10, 5, 35, 30], [40, 20, 69, 50], [0, 0, 9, 50]], "labels": [0, 1, 1],
                 "is_crowd": [False, False, True]}  # fmt: skip
    mirrored[0] = {**labels[0], "boxes": [[35, 5, 60, 30], [1, 20, 30, 50], [61, 0, 70, 50]]}
    inputs[0] = picture
    examples = Dataset("image", np.array(["a"]), inputs, labels, np.array(["a"], object))
    relabel = _box_training.relabel(labels, examples, task, preprocess)
    expected = task.targets(mirrored, examples, preprocess)
    assert {-2, -1, 0, 1} == set(expected[0, :, 4].tolist())
    np.testing.assert_array_equal(relabel(0, lambda given: given[:, ::-1]), expected[0])
    plain = task.targets(labels, examples, preprocess)
    np.testing.assert_array_equal(relabel(0, lambda given: given), plain[0])


@pytest.mark.slow
def test_a_thawed_backbone_trains_end_to_end(asked, tmp_path):
    _, settings = asked
    phases = [
        "linear_probe(epochs=1, learning_rate=0.01, batch_size=8)",
        "top_blocks(count=1, epochs=1, learning_rate=0.001, batch_size=8)",
        "everything(epochs=1, learning_rate=0.001, batch_size=8)",
    ]
    changed = {"phase": phases, "augment": ["flip"], "run_dir": str(tmp_path / "run")}
    record = ftkeras.finetune(RunConfig.read(**{**settings, **changed}))
    trained = [phase["trainable_parameters"] for phase in record.phases]
    assert trained[0] < trained[1] < trained[2]
    losses = [phase["history"]["val_loss"][-1] for phase in record.phases]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"head": "linear"}, "retina_net"),
        ({"tap": "feature_map"}, "--tap"),
        ({"augment": ["rotate"]}, "moves boxes with their pictures"),
        ({"augment": ["mix_up"]}, "--augment"),
        ({"balance": "oversample"}, "--balance"),
        ({"loss": "focal"}, "focal_boxes"),
        ({"threshold": "maximum_f1"}, "--threshold"),
        ({"calibration": "temperature"}, "--calibration"),
        ({"random_twin": "probe"}, "random_twin"),
        ({"task": "object_detection(lowest_level=5, highest_level=6)"}, "level"),
        ({"task": "multiclass"}, "one label an example"),
    ],
)
def test_what_boxes_cannot_have_is_refused(asked, tmp_path, changed, words):
    _, settings = asked
    given = {**settings, **changed, "run_dir": str(tmp_path / "run")}
    if "task" in changed and changed["task"] == "multiclass":
        given.pop("head")
    with pytest.raises(UserError, match=words):
        ftkeras.finetune(RunConfig.read(**given))
    assert not (tmp_path / "run").exists()
