"""What must be beaten on masks."""

import numpy as np
import pytest
from PIL import Image

from ftkeras.baselines import _masks
from ftkeras.baselines.majority_pixel import MajorityPixel
from ftkeras.baselines.pixel_logistic_regression import PixelLogisticRegression
from ftkeras.contracts.dataset import Dataset
from ftkeras.mask import decode, encode
from tests.helpers.tiny_masks import shapes


def dataset(images):
    ids = np.arange(len(images)).astype(str)
    inputs = np.empty(len(images), object)
    inputs[:] = images
    return Dataset("image", ids, inputs, ids, ids.astype(object))


def labels(masks):
    found = np.empty(len(masks), object)
    found[:] = [encode(mask) for mask in masks]
    return found


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 1), (1, 1, 3), (1, 5, 3), (5, 1), (4, 6, 4)])
def test_answers_are_as_large_as_pictures_of_any_shape(shape):
    picture = np.zeros(shape, np.uint8)
    answer = MajorityPixel().fit(dataset([]), labels([np.array([[1]])]), 2, seed=0)
    assert decode(answer(dataset([picture]))[0]).shape == shape[:2]


def test_pictures_of_16_bits_are_not_clipped(tmp_path):
    Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16)).save(tmp_path / "deep.png")
    seen = np.asarray(_masks.upright(str(tmp_path / "deep.png")))
    assert seen[0, :, 0].tolist() == [0, 100, 255]


def test_the_most_frequent_class_is_everywhere(tmp_path):
    first, second = np.array([[1, 1, 255]]), np.array([[255, 255, 0]])
    answer = MajorityPixel().fit(dataset([]), labels([first, second]), 3, seed=0)
    exif = Image.Exif()
    exif[0x0112] = 6  # stored on its side
    Image.new("RGB", (7, 4)).save(tmp_path / "a.jpg", exif=exif)
    found = [
        decode(png) for png in answer(dataset([str(tmp_path / "a.jpg"), np.zeros((2, 3), "uint8")]))
    ]
    assert [mask.shape for mask in found] == [(7, 4), (2, 3)]
    assert all((mask == 1).all() for mask in found)


def test_colour_tells_what_colour_can_tell():
    images, masks = shapes(30)
    fitted = PixelLogisticRegression().fit(dataset(images[:20]), labels(masks[:20]), 3, seed=1)
    found = [decode(png) for png in fitted(dataset(images[20:]))]
    right = np.mean([(said == true).mean() for said, true in zip(found, masks[20:], strict=True)])
    most = np.mean([(true == 0).mean() for true in masks[20:]])
    assert right > 0.97 > most
    again = PixelLogisticRegression().fit(dataset(images[:20]), labels(masks[:20]), 3, seed=1)
    for said, other in zip(fitted(dataset(images[20:])), again(dataset(images[20:])), strict=True):
        assert said == other


def test_place_tells_what_place_can_tell():
    generator = np.random.default_rng(0)
    images = [generator.integers(0, 256, (20, 20, 3)).astype(np.uint8) for _ in range(12)]
    mask = np.repeat([[0] * 10 + [1] * 10], 20, axis=0)
    fitted = PixelLogisticRegression().fit(dataset(images[:8]), labels([mask] * 8), 2, seed=0)
    for png in fitted(dataset(images[8:])):
        assert (decode(png) == mask).mean() > 0.95


def test_large_pictures_are_answered_at_their_size():
    images, masks = shapes(6, size=(300, 40))
    fitted = PixelLogisticRegression().fit(dataset(images), labels(masks), 3, seed=0)
    assert decode(fitted(dataset(images[:1]))[0]).shape == (300, 40)


def test_what_is_left_out_is_not_learnt():
    image = np.zeros((4, 4, 3), np.uint8)
    fitted = PixelLogisticRegression().fit(
        dataset([image]), labels([np.array([[255] * 4] * 3 + [[2] * 4])]), 3, seed=0
    )
    assert (decode(fitted(dataset([image]))[0]) == 2).all()


@pytest.mark.parametrize("baseline", [MajorityPixel(), PixelLogisticRegression()])
def test_they_answer_masks_of_pictures_alone(baseline):
    assert (baseline.modalities, baseline.kinds) == (("image",), ("masks",))
