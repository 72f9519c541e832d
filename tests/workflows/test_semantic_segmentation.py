"""From a folder of images and masks to a report, new data, and masks of new pictures."""

import dataclasses
import io
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import ftkeras
from ftkeras import finetune
from ftkeras.backbones import load_backbone
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.mask import Mask, decode
from ftkeras.records.predictions import Predictions
from ftkeras.training.views import Augmentations, Views
from ftkeras.workflows import _frozen, _mask_training
from ftkeras.workflows.compare import compare
from ftkeras.workflows.evaluate import evaluate
from tests.helpers import tiny_masks
from tests.helpers.finished_runs import check_judged_again_alike, predictions

TASK = "semantic_segmentation(class_names=['ground', 'disc', 'square'])"
HEAD = "feature_pyramid(channels=8, finest=1)"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("shapes")
    network = tiny_masks.write_network(directory / "network.keras")
    return {
        "backbone": f"keras://{network}",
        "data": f"mask_folder(path={str(tiny_masks.write_folder(directory / 'data', 48))!r})",
        "task": TASK,
        "head": HEAD,
        "cache_dir": str(directory / "cache"),
        "seed": 1,
    }


@pytest.fixture(scope="module")
def finished(made, tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("masks") / "run"
    phases = [
        "linear_probe(epochs=6, learning_rate=0.02, batch_size=8)",
        "everything(epochs=1, learning_rate=0.001, batch_size=8)",
    ]
    return run_dir, finetune(RunConfig.read(**made, phase=phases, run_dir=str(run_dir)))


def test_answers_lie_on_disk_at_the_size_of_the_picture(finished, made):
    rows = predictions(finished[0])
    assert {decode(png).shape for png in rows.answers} == {(30, 40)}
    assert {decode(png).shape for png in rows.labels} == {(30, 40)}
    assert rows.logits.shape[1] == 0


def confusion(run_dir):
    """The test part of a run, and its pixels by true and answered class."""
    test = predictions(run_dir).part("test")
    table = np.zeros((3, 3))
    for truth, answer in zip(test.labels, test.answers, strict=True):
        true, said = decode(truth), decode(answer)
        np.add.at(table, (true[true != 255], said[true != 255]), 1)
    return test, table


def overlaps_of(table):
    return np.diag(table) / (table.sum(0) + table.sum(1) - np.diag(table))


def test_the_headline_is_that_of_a_confusion_matrix(finished):
    test, table = confusion(finished[0])
    overlaps = overlaps_of(table)
    measured = finished[1].measurements["test"]["model"][0]
    assert measured.score == "mean_intersection_over_union"
    assert measured.value == pytest.approx(overlaps.mean())
    assert measured.num_units == len(test)
    rows = finished[1].analyses["pixel_classes"]["classes"]
    assert [row["overlap"]["value"] for row in rows] == pytest.approx(overlaps.tolist())
    assert [row["true"] for row in rows] == table.sum(1).tolist()


def test_it_learns_more_than_the_majority(finished):
    measured = finished[1].measurements["test"]
    best = {name: items[0].value for name, items in measured.items()}
    assert best["model"] > best["majority_pixel"] + 0.05
    assert set(best) == {"model", "majority_pixel", "pixel_logistic_regression"}


def test_evaluating_again_gives_the_same(finished):
    check_judged_again_alike(*finished, ["pixel_classes"])
    page = (finished[0] / "report.html").read_text()
    assert page.count("data:image/jpeg;base64") >= 9  # picture, truth and answer
    assert "Each class of pixels" in page


def test_new_pictures_are_judged(finished, tmp_path):
    folder = tiny_masks.write_folder(tmp_path / "new", 8, seed=9, size=(24, 50))
    record = evaluate(
        RunConfig.read(
            mode="evaluate", run_dir=str(finished[0]), data=f"mask_folder(path={str(folder)!r})"
        )
    )
    assert record.measurements["test"]["model"][0].num_units == 8
    assert record.measurements["test"]["model"][0].value > 0.3


def test_a_run_answers_with_masks(finished, tmp_path):
    images, _ = tiny_masks.shapes(3, seed=4, size=(50, 61))
    Image.fromarray(images[0]).save(tmp_path / "new.png")
    found = ftkeras.load(finished[0]).predict([str(tmp_path / "new.png"), *images[1:]])
    assert [mask.shape for mask in found] == [(50, 61)] * 3
    assert all(mask.dtype == np.uint8 and mask.max() <= 2 for mask in found)


def test_runs_of_masks_are_compared(finished, tmp_path):
    """The second has equal masks in other bytes, as another version of zlib may write them."""
    other = shutil.copytree(finished[0], tmp_path / "other")
    file = other / "predictions" / "model.parquet"
    rows = Predictions.read(file)
    labels, answers = (np.empty(len(rows), object) for _ in range(2))
    for row, png in enumerate(rows.labels):
        packed = io.BytesIO()
        Image.fromarray(decode(png)).save(packed, "PNG", compress_level=0)
        labels[row], answers[row] = packed.getvalue(), png
    assert any(labels != rows.labels)
    dataclasses.replace(rows, labels=labels, answers=answers).write(file)
    record = compare(
        RunConfig.read(
            mode="compare", runs=f"{finished[0]},{other}", cost="recorded",
            run_dir=str(tmp_path / "compared"),
        )
    )  # fmt: skip
    (board,) = record.analyses["leaderboards"]
    value = finished[1].measurements["test"]["model"][0].value
    found = {row["name"]: row["scores"][0]["value"] for row in board["rows"]}
    assert found == pytest.approx({"run": value, "other": 1.0})
    assert board["pairs"][0]["difference"] == pytest.approx(1 - value)
    assert "Where they disagree" not in (tmp_path / "compared" / "report.html").read_text()


@pytest.mark.slow
def test_colours_may_change_and_masks_move(made, tmp_path):
    config = RunConfig.read(
        **{**made, "head": "fully_convolutional"},
        tap="pyramid_P2",
        loss="dice(class_weights='balanced')",
        augment=["flip", "colour"],
        views=1,
        phase=["linear_probe(epochs=1, learning_rate=0.02, batch_size=8)"],
        run_dir=str(tmp_path / "run"),
    )
    record = finetune(config)
    _, table = confusion(tmp_path / "run")
    assert table.sum(axis=1).min() > 0
    expected = overlaps_of(table).mean()
    assert record.measurements["test"]["model"][0].value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"augment": ["rotate"]}, "moves masks with their pictures"),
        ({"augment": ["cut_mix"]}, "moves masks|one label among classes"),
        ({"head": "linear"}, "a head that answers for each pixel: feature_pyramid, fully_conv"),
        ({"task": "multiclass"}, "Expected --task=semantic_segmentation with --head=feature_p"),
        ({"loss": "focal"}, "Expected a loss for masks.*dice"),
        ({"balance": "oversample"}, "balance"),
        ({"task": "semantic_segmentation(values=[0, 1])"}, "the value 2, which is not among"),
    ],
)
def test_what_makes_no_sense_is_refused(made, tmp_path, settings, reason):
    with pytest.raises(UserError, match=reason):
        finetune(RunConfig.read(**{**made, **settings}, run_dir=str(tmp_path / "run")))


def test_a_class_that_train_lacks_is_named(made, tmp_path):
    folder = tiny_masks.write_folder(tmp_path / "data", 30)
    mask = np.full((30, 40), 7, np.uint8)
    Image.fromarray(mask).save(folder / "masks" / "003.png")
    data = f"mask_folder(path={str(folder)!r})"
    with pytest.raises(UserError, match=r"mask of 40 x 30 pixels with 7.*003.png"):
        finetune(RunConfig.read(**{**made, "data": data}, run_dir=str(tmp_path / "run")))


def test_a_view_moves_its_mask_as_its_picture():
    """A picture whose red is the class of the pixel: after any moves it still is."""
    generator = np.random.default_rng(0)
    masks = [generator.integers(0, 3, (24, 32)).astype(np.uint8) for _ in range(4)]
    pictures = [np.repeat(mask[..., None] * 50, 3, axis=2) for mask in masks]
    labels = np.empty(4, object)
    labels[:] = [Mask.of(mask).png for mask in masks]

    as_it_is = SimpleNamespace(config={"size": [24, 32], "fit": "stretch"})

    calls = (Call("flip"), Call("crop", {"smallest": 0.3}), Call("flip_and_crop"))
    views = Views(
        np.array(list("abcd")), pictures, labels, Augmentations(calls, 3, seed=5, num_classes=3),
        _mask_training.relabel(labels, as_it_is),
    )  # fmt: skip
    targets = views.answers(np.arange(12))
    shapes = set()
    for code, target in enumerate(targets):
        seen = views.value(code % 4, code // 4)
        shapes.add(seen.shape)
        expected = Image.fromarray(seen[..., 0] // 50).resize((32, 24), Image.Resampling.NEAREST)
        np.testing.assert_array_equal(target, np.asarray(expected))
    assert len(shapes) > 3


def test_all_of_a_picture_is_seen(made):
    config = RunConfig.read(**made, run_dir="unused")
    assert load_backbone(config.backbone).preprocess.fit == "crop"
    assert _frozen.load(config, "image").preprocess.fit == "stretch"
    other = RunConfig.read(**{**made, "task": "multiclass", "head": "linear"}, run_dir="unused")
    assert _frozen.load(other, "image").preprocess.fit == "crop"


def test_pictures_are_padded_where_the_backbone_says_so(made, tmp_path):
    asked = {**made, "backbone": f"{made['backbone']}(fit='pad')"}
    phase = ["linear_probe(epochs=1, learning_rate=0.02, batch_size=8)"]
    finetune(RunConfig.read(**asked, phase=phase, run_dir=str(tmp_path / "run")))
    predictions = Predictions.read(tmp_path / "run/predictions/model.parquet")
    assert {decode(png).shape for png in predictions.answers} == {(30, 40)}
    kept = json.loads((tmp_path / "run/preprocessing/preprocess.json").read_text())
    assert kept["fit"] == "pad"


def test_cutting_off_what_has_to_be_answered_is_refused(made, tmp_path):
    cut = {**made, "backbone": f"{made['backbone']}(fit='crop')"}
    with pytest.raises(UserError, match=r"cut off could not be answered. Received: fit='crop'"):
        finetune(RunConfig.read(**cut, run_dir=str(tmp_path / "run")))
