"""Worst pictures beside truth and answer, and each class by itself."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ftkeras.mask import Mask
from ftkeras.records.predictions import Predictions
from ftkeras.report import mask_page
from ftkeras.report.answers import decode


def preview(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def opened(url):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))), int)


def objects(arrays):
    found = np.empty(len(arrays), object)
    found[:] = [Mask.of(array).png for array in arrays]
    return found


@pytest.fixture
def predictions():
    truth = np.zeros((40, 60), np.uint8)
    truth[10:20, 10:30] = 1
    half = truth.copy()
    half[10:20, 20:30] = 0
    left_out = truth.copy()
    left_out[half != truth] = 255
    grey = np.full((40, 60, 3), 120, np.uint8)
    ids = np.array(["right", "half", "excused"])
    return Predictions(
        ids=ids,
        labels=objects([truth, truth, left_out]),
        logits=np.zeros((3, 0), "float32"),
        splits=np.full(3, "test"),
        task="semantic_segmentation",
        class_names=("ground", "thing"),
        previews=np.array([preview(grey)] * 3, object),
        answers=objects([truth, half, half]),
    )


def test_wrong_pictures_are_shown_and_right_ones_not(predictions):
    answers = decode(predictions)
    assert answers.correct.tolist() == [True, False, True]
    [error] = mask_page.errors(answers)
    assert error.id == "half"
    assert error.overlap == pytest.approx((100 / 200 + 2200 / 2300) / 2)
    assert error.wrong == pytest.approx(100 / 2400)
    assert error.classes == (("thing", mask_page.colour(1)),)


def test_classes_are_tinted_where_they_are(predictions):
    [error] = mask_page.errors(decode(predictions))
    truth, answer = opened(error.truth), opened(error.answer)
    assert truth.shape == (40, 60, 3)
    tint = np.array([int(mask_page.colour(1)[k : k + 2], 16) for k in (1, 3, 5)])
    expected = 0.38 * 120 + 0.62 * tint
    assert np.abs(truth[15, 25] - expected).max() < 12  # a JPEG
    assert np.abs(answer[15, 25] - 120).max() < 12
    assert np.abs(answer[15, 15] - expected).max() < 12


@pytest.mark.parametrize("seen", ["", "no picture", "data:image/png;base64,####"])
def test_masks_are_shown_without_a_picture(predictions, seen):
    predictions.previews[:] = seen
    [error] = mask_page.errors(decode(predictions))
    assert error.picture == ""
    assert opened(error.truth).shape == (40, 60, 3)


def test_colours_of_classes_differ():
    names = [mask_page.colour(k) for k in range(60)]
    assert len(set(names)) == 60
    values = np.array([[int(n[k : k + 2], 16) for k in (1, 3, 5)] for n in names[:14]], int)
    apart = np.abs(values[:, None] - values[None]).sum(axis=-1) + 999 * np.eye(14, dtype=int)
    assert apart.min() > 60


def test_classes_without_an_analysis_are_no_table():
    assert mask_page.classes(None) == []
