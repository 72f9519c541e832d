"""Baselines of boxes: nothing, the mean, and pieces of one side of a threshold of grey."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ftkeras.baselines import blobs
from ftkeras.baselines.blobs import Blobs
from ftkeras.baselines.mean_boxes import MeanBoxes
from ftkeras.baselines.no_boxes import NoBoxes
from ftkeras.contracts.box import overlaps
from ftkeras.contracts.dataset import Dataset


def objects(values):
    found = np.empty(len(values), object)
    found[:] = values
    return found


def dataset(pictures):
    inputs, names = objects(pictures), np.arange(len(pictures)).astype(str)
    return Dataset("image", names, inputs, inputs, names.astype(object))


def label(boxes, labels, is_crowd=None):
    return {"boxes": boxes, "labels": labels, "is_crowd": is_crowd or [False] * len(boxes)}


def drawn(seed, bright=True):
    """A picture of noise with two rectangles, and their boxes."""
    generator = np.random.default_rng(seed)
    low, high = (20, 200) if bright else (230, 40)
    picture = Image.fromarray((low + generator.integers(0, 20, (80, 120))).astype("uint8"))
    boxes = []
    for left in (8, 70):
        top, side = int(generator.integers(5, 40)), int(generator.integers(20, 32))
        boxes.append([left, top, left + side, top + side])
        corners = [left, top, left + side - 1, top + side - 1]
        ImageDraw.Draw(picture).rectangle(corners, fill=high)
    return np.asarray(picture), boxes


def test_nothing_is_answered_for_every_picture():
    pictures = dataset([np.zeros((4, 4)), np.zeros((5, 5))])
    answers = NoBoxes().fit(pictures, objects([label([], [])] * 2), 3, seed=0)(pictures)
    assert answers.tolist() == [{"boxes": [], "labels": [], "scores": []}] * 2


def test_mean_boxes_are_means_of_shares_of_the_sides():
    train = dataset([np.zeros((10, 20)), np.zeros((40, 40)), np.zeros((8, 8))])
    labels = objects([
        label([[0, 0, 10, 5], [0, 0, 20, 10]], [1, 1], [False, True]),  # a crowd is no object
        label([[10, 20, 40, 40], [0, 0, 20, 20]], [1, 0]),
        label([], []),
    ])  # fmt: skip
    (answer,) = MeanBoxes().fit(train, labels, 3, seed=0)(dataset([np.zeros((100, 200))]))
    assert answer["labels"] == [1, 0]  # the more frequent class first; one never occurs
    np.testing.assert_allclose(answer["scores"], [2 / 3, 1 / 3])
    mean = np.array([0.125, 0.25, 0.75, 0.75])
    np.testing.assert_allclose(answer["boxes"][0], mean * [200, 100, 200, 100])
    np.testing.assert_allclose(answer["boxes"][1], [0, 0, 100, 50])


@pytest.mark.parametrize("bright", [True, False])
def test_blobs_find_what_is_brighter_or_darker(bright):
    pictures, boxes = zip(*(drawn(seed, bright) for seed in range(6)), strict=True)
    labels = objects([label(each, [2, 2]) for each in boxes])
    answers = Blobs().fit(dataset(pictures[:4]), labels[:4], 3, seed=0)(dataset(pictures[4:]))
    for answer, true in zip(answers, boxes[4:], strict=True):
        shared = overlaps(np.array(true, "float64"), np.array(answer["boxes"]).reshape(-1, 4))
        assert (shared.max(axis=1) > 0.8).all()
        assert set(answer["labels"]) == {2}
        assert all(0 < score < 1 for score in answer["scores"])


def test_blobs_of_a_file_are_in_its_own_pixels(tmp_path):
    small, boxes = drawn(3)
    large = tmp_path / "large.png"
    Image.fromarray(small).resize((480, 320), Image.Resampling.NEAREST).save(large)
    labels = objects([label((np.array(boxes) * 4).tolist(), [0, 0])])
    (answer,) = Blobs().fit(dataset([str(large)]), labels, 1, seed=0)(dataset([str(large)]))
    shared = overlaps(np.array(boxes) * 4, np.array(answer["boxes"]))
    assert (shared.max(axis=1) > 0.8).all()


def test_a_picture_of_one_grey_holds_nothing():
    picture, boxes = drawn(1)
    flat = np.full((30, 30), 90, "uint8")
    fitted = Blobs().fit(dataset([picture]), objects([label(boxes, [0, 0])]), 1, seed=0)
    assert fitted(dataset([flat]))[0]["boxes"] == []


def test_the_threshold_parts_grey_values_as_otsu_says():
    """All thresholds tried: that with the least variance within the two sides."""
    grey = np.random.default_rng(0).choice([20, 30, 40, 150, 170, 200], 500).astype("float64")
    cuts = np.arange(21, 200)
    within = [
        (grey <= cut).mean() * grey[grey <= cut].var()
        + (grey > cut).mean() * grey[grey > cut].var()
        for cut in cuts
    ]
    best = cuts[np.isclose(within, min(within))]
    assert best.min() - 1 <= blobs._otsu(grey) <= best.max() + 1
