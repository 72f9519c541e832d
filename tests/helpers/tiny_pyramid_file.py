"""A small image model of several levels in a `.keras` file, and pictures with boxes to find."""

import json

import keras
import numpy as np
from PIL import Image, ImageDraw

COLOURS = {"sea": (40, 60, 230), "sun": (240, 190, 20)}


def write_model(path, size=64, levels=4, seed=0):
    """Writes convolutions that halve the picture so many times; returns the path."""
    keras.utils.set_random_seed(seed)
    images = keras.Input((size, size, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(images)
    for level in range(1, levels + 1):
        x = keras.layers.Conv2D(
            8, 3, strides=2, padding="same", activation="relu", name=f"block{level}_conv"
        )(x)
    keras.Model(images, x).save(path)
    return path


def write_pictures(folder, count, seed=0):
    """Writes noise with up to three bright rectangles, and `labels.json`; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    images, annotations = [], []
    for number in range(count):
        height, width = int(generator.integers(60, 90)), int(generator.integers(60, 110))
        noise = generator.integers(0, 90, (height, width, 3)).astype("uint8")
        picture = Image.fromarray(noise)
        for _ in range(int(generator.integers(0, 4))):
            kind = int(generator.integers(0, 2))
            w, h = int(generator.integers(18, 36)), int(generator.integers(18, 36))
            left, top = (
                int(generator.integers(0, width - w)),
                int(generator.integers(0, height - h)),
            )
            ImageDraw.Draw(picture).rectangle(
                [left, top, left + w - 1, top + h - 1], fill=list(COLOURS.values())[kind]
            )
            annotations.append(
                {"id": len(annotations), "image_id": number, "category_id": kind,
                 "bbox": [left, top, w, h], "iscrowd": int(generator.random() < 0.1)}
            )  # fmt: skip
        name = f"{seed}_{number:03d}.png"
        picture.save(folder / name)
        images.append({"id": number, "file_name": name, "site": f"s{number % 3}"})
    categories = [{"id": index, "name": name} for index, name in enumerate(COLOURS)]
    told = {"images": images, "categories": categories, "annotations": annotations}
    path = folder / "labels.json"
    path.write_text(json.dumps(told))
    return path
