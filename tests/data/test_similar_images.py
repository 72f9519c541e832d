import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from sklearn.datasets import load_sample_image

from ftkeras.data.similar_images import similar_images


def objects(images):
    array = np.empty(len(images), dtype=object)
    for row, image in enumerate(images):
        array[row] = np.asarray(image)
    return array


@pytest.fixture(scope="module")
def photographs():
    """Patches of two photographs that do not overlap and are not all sky."""
    patches = [
        load_sample_image(name)[y : y + 100, x : x + 100]
        for name in ("china.jpg", "flower.jpg")
        for y in range(0, 400, 100)
        for x in range(0, 600, 100)
    ]
    return [Image.fromarray(patch) for patch in patches if patch.std() > 20]


def compressed(image):
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    return Image.open(content)


@pytest.mark.parametrize(
    ("change", "least"),
    [
        (compressed, 0.9),
        (lambda image: image.resize((200, 200)), 0.98),
        (lambda image: image.convert("L"), 1.0),
        (lambda image: ImageEnhance.Contrast(image).enhance(0.9), 0.95),
        (lambda image: image.resize((80, 80), Image.Resampling.LANCZOS), 0.98),
    ],
)
def test_a_picture_stored_otherwise_is_found(photographs, change, least):
    count = len(photographs)
    pairs = similar_images(objects([*photographs, *map(change, photographs)]), distance=32)
    planted = {(row, row + count) for row in range(count)}
    assert count >= 25
    found = {tuple(pair) for pair in pairs.tolist()}
    assert len(found & planted) >= least * len(planted)
    assert found <= planted


def test_patches_that_overlap_by_half_are_not_taken_for_one_another():
    photograph = load_sample_image("china.jpg")
    patches = [
        photograph[y : y + 100, x : x + 100] for y in range(0, 320, 50) for x in range(0, 500, 50)
    ]
    assert len(similar_images(objects(patches), distance=32)) == 0


def test_the_distance_counts_different_bits():
    noise = np.random.default_rng(0).integers(0, 256, (30, 64, 64), dtype="uint8")
    assert len(similar_images(objects(noise), distance=32)) == 0
    assert len(similar_images(objects(noise), distance=256)) == 30 * 29 / 2
    assert len(similar_images(objects(noise), distance=256, max_pairs=5)) == 5
