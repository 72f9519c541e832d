"""Targets from near anchors alone are, bit for bit, those from all anchors."""

from types import SimpleNamespace

import numpy as np
import pytest

from ftkeras.contracts.anchors import Anchors, encoded
from ftkeras.contracts.box import areas, intersections, overlaps, paired_overlaps
from ftkeras.contracts.dataset import Dataset
from ftkeras.tasks import _box_targets
from ftkeras.tasks._near_anchors import grid_of
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.workflows import _box_training


def of_all_pairs(anchors, boxes, labels, crowds):
    """What targets were before only near anchors were looked at: every anchor with every box."""
    targets = np.zeros((len(anchors), 5), "float16")
    targets[:, 4] = -1
    if len(crowds):
        inside = intersections(anchors, crowds) / areas(anchors)[:, None]
        rows, around = np.flatnonzero(inside.max(axis=1) >= 0.5), inside.argmax(axis=1)
        targets[rows, 4] = -2
        targets[rows, :4] = encoded(crowds[around[rows]], anchors[rows])
    if not len(boxes):
        return targets
    shared = overlaps(anchors, boxes)
    best, most = shared.argmax(axis=1), shared.max(axis=1)
    targets[(most >= 0.4) & (most < 0.5), 4] = -2
    stands = most >= 0.5
    for box in range(len(boxes))[::-1]:
        if shared[:, box].max() > 0:
            nearest = shared[:, box].argmax()
            best[nearest], stands[nearest] = box, True
    rows = np.flatnonzero(stands)
    targets[rows, :4] = encoded(boxes[best[rows]], anchors[rows])
    targets[rows, 4] = labels[best[rows]]
    return targets


def on_pixels(generator, n, height, width):
    """Boxes with whole sides: many overlap several anchors equally."""
    ends = [np.sort(generator.integers(0, side, (n, 2)), axis=1) for side in (width, height)]
    (left, right), (top, bottom) = (each.T for each in ends)
    return np.stack([left, top, right + 1, bottom + 1], axis=1).astype("float64")


def of_any_size(generator, n, height, width, smallest=1e-2):
    """Boxes from a hundredth of a pixel up to more than the picture, cut at its sides."""
    sides = np.exp(generator.uniform(np.log(smallest), np.log(2 * width), (n, 2)))
    middles = generator.uniform(0, [width, height], (n, 2))
    corners = [np.clip(middles + s * sides / 2, 0, [width, height]) for s in (-1, 1)]
    return np.concatenate(corners, axis=1)


@pytest.mark.parametrize("size", [(64, 64), (96, 160), (50, 33)])
@pytest.mark.parametrize(
    "anchors",
    [Anchors(), Anchors(3, 5), Anchors(2, 4, 1.0, 1, (1.0,)), Anchors(5, 6, 0.3, 2, (0.2, 3.0))],
)
@pytest.mark.parametrize("made", [on_pixels, of_any_size])
def test_targets_of_near_anchors_are_those_of_all(made, anchors, size):
    generator = np.random.default_rng(7)
    grid = grid_of(anchors, *size)
    found = set()
    for n in (0, 1, 4, 30):
        boxes = made(generator, n, *size)
        boxes[n // 2 :] = boxes[: n - n // 2] if n == 4 else boxes[n // 2 :]  # the same ones twice
        labels, crowds = generator.integers(0, 5, n), on_pixels(generator, n % 3, *size)
        expected = of_all_pairs(grid.boxes, boxes, labels, crowds)
        picture = _box_targets.PlacedBoxes(boxes, labels, crowds)
        for ours in (_box_targets.targets_of(picture, grid),
                     _box_targets.matched(grid.boxes, boxes, labels, crowds)):  # fmt: skip
            np.testing.assert_array_equal(ours.view("uint16"), expected.view("uint16"))
        found |= set(expected[:, 4].tolist())
    assert {-1} < found


def test_few_pairs_are_looked_at():
    generator = np.random.default_rng(0)
    grid = grid_of(Anchors(), 512, 512)
    boxes = of_any_size(generator, 100, 512, 512, smallest=4.0)
    rows, _ = grid.near(boxes, 0.4, nearest=True)
    wanted = int((overlaps(grid.boxes, boxes) >= 0.4).sum())
    assert wanted <= len(rows) < 4 * wanted
    assert len(rows) < len(boxes) * len(grid.boxes) / 500


def test_overlaps_of_pairs_are_those_of_all_pairs():
    generator = np.random.default_rng(1)
    first, second = (of_any_size(generator, 20, 40, 40) for _ in range(2))
    np.testing.assert_array_equal(
        paired_overlaps(first, second), overlaps(first, second).diagonal()
    )
    assert paired_overlaps(np.zeros((1, 4)), np.zeros((1, 4))) == 0


def test_targets_are_made_batch_by_batch_and_pictures_measured_once(monkeypatch):
    task = ObjectDetection(highest_level=5)
    preprocess = SimpleNamespace(config={"size": [64, 96], "fit": "pad"})
    generator = np.random.default_rng(2)
    inputs, labels = np.empty(5, object), np.empty(5, object)
    for row in range(5):
        inputs[row] = np.zeros((40 + row, 80, 3), np.uint8)
        boxes = on_pixels(generator, row, 40, 80)
        labels[row] = {"boxes": boxes.tolist(), "labels": [0] * row, "is_crowd": [False] * row}
    given = Dataset("image", np.arange(5).astype(str), inputs, labels, np.arange(5).astype(object))
    every = task.targets(labels, given, preprocess)
    measured = []

    def size(value):
        measured.append(value.shape)
        return value.shape[:2]

    monkeypatch.setattr(_box_training, "picture_size", size)
    of_rows = _box_training.targets(labels, given, task, preprocess)
    assert measured == []
    for rows in ([3, 0], [4, 3, 1], [8, 5]):  # beyond 5 these are further views of the same
        rows = np.array(rows)
        np.testing.assert_array_equal(of_rows(rows), every[rows % 5])
    assert len(measured) == 4
