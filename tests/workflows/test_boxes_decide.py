"""A recipe that stops by itself compares boxes, not the numbers they are read from."""

from types import SimpleNamespace

import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.workflows import _course


def test_a_stage_that_finds_the_boxes_is_gone_on_from():
    task = ObjectDetection(highest_level=4)
    preprocess = SimpleNamespace(config={"size": [64, 64], "fit": "stretch"})
    generator = np.random.default_rng(0)
    count = 12
    pictures, labels = np.empty(count, object), np.empty(count, object)
    for row in range(count):
        pictures[row] = np.zeros((64, 64, 3), np.uint8)
        left, top = generator.integers(0, 30, 2).tolist()
        labels[row] = {"boxes": [[left, top, left + 30, top + 28]], "labels": [row % 2],
                       "is_crowd": [False]}  # fmt: skip
    given = Dataset("image", np.arange(count).astype(str), pictures, labels, np.arange(count))
    targets = task.targets(labels, given, preprocess)
    nothing = np.full((*targets.shape[:2], 6), -9.0, "float32")
    right = nothing.copy()
    right[..., :4] = targets[..., :4]
    for index in range(2):
        right[..., 4 + index][targets[..., 4] == index] = 5.0

    config = SimpleNamespace(recipe=Call("auto"), monitor=None, loss=None)
    backbone = SimpleNamespace(blocks=(None,) * 3, preprocess=preprocess)
    data = SimpleNamespace(task=task, num_classes=2)
    stopping = _course.of(config, backbone, data).stopping
    look = stopping.look(targets, right, nothing, epochs=1, seed=0)
    assert look.difference == pytest.approx(1.0, abs=0.02)
    assert look.goes_on
    back = stopping.look(targets, nothing, right, epochs=1, seed=0)
    assert not back.goes_on
    assert back.problem == ""
