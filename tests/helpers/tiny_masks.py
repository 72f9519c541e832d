"""Pictures of discs and squares with their masks, and a small network with a pyramid."""

import keras
import numpy as np
from PIL import Image

SIDE = 32


def write_network(path, seed=0):
    """Writes four convolutions that halve the picture, for 32 x 32 pixels; returns the path."""
    keras.utils.set_random_seed(seed)
    images = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Rescaling(1 / 255)(images)
    for index, width in enumerate((8, 8, 12, 12)):
        x = keras.layers.Conv2D(
            width, 3, strides=2, padding="same", activation="relu", name=f"block_{index}"
        )(x)
    keras.Model(images, x).save(path)
    return path


def shapes(n, seed=0, size=(30, 40)):
    """Returns pictures and masks: a red disc (1) or a blue square (2) on grey noise (0)."""
    generator = np.random.default_rng(seed)
    height, width = size
    down, across = np.mgrid[:height, :width]
    images, masks = [], []
    for index in range(n):
        mask = np.zeros(size, np.uint8)
        centre = generator.uniform(8, height - 8), generator.uniform(8, width - 8)
        radius = generator.uniform(5, 8)
        if index % 2:
            mask[np.hypot(down - centre[0], across - centre[1]) < radius] = 1
        else:
            apart = np.maximum(abs(down - centre[0]), abs(across - centre[1]))
            mask[apart < radius] = 2
        image = generator.normal(110, 30, (*size, 3))
        image[mask == 1, 0] += 90
        image[mask == 2, 2] += 90
        images.append(image.clip(0, 255).astype(np.uint8))
        masks.append(mask)
    return images, masks


def write_folder(directory, n, seed=0, size=(30, 40)):
    """Writes images/ and masks/; the rim of each shape is 255. Returns the directory."""
    images, masks = shapes(n, seed, size)
    for name in ("images", "masks"):
        (directory / name).mkdir(parents=True)
    for index, (image, mask) in enumerate(zip(images, masks, strict=True)):
        drawn = mask.copy()
        rim = np.zeros(mask.shape, bool)
        rim[:, 1:] |= mask[:, 1:] != mask[:, :-1]
        drawn[rim] = 255
        Image.fromarray(image).save(directory / "images" / f"{index:03}.png")
        Image.fromarray(drawn).save(directory / "masks" / f"{index:03}.png")
    return directory
