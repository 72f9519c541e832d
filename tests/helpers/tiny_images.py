"""A small image backbone with random weights."""

import keras
import numpy as np

from ftkeras.contracts.backbone import Backbone, Block, Encoded
from ftkeras.handles import Handle


class Pixels:
    """Arrays of pixels, as they are."""

    modality = "image"

    @property
    def config(self):
        return {"size": 8}

    def __call__(self, values):
        return Encoded({"images": np.stack(list(values)).astype("float32")})

    def sizes(self, values):
        return np.full(len(values), 64)

    def save(self, directory):
        pass


def image_backbone(seed=0):
    """Three convolutions with batch normalisation, each a block."""
    keras.utils.set_random_seed(seed)
    x = images = keras.Input((8, 8, 3), name="images")
    blocks = []
    for index in range(3):
        conv = keras.layers.Conv2D(6, 3, padding="same", name=f"conv_{index}")
        norm = keras.layers.BatchNormalization(name=f"norm_{index}")
        x = keras.layers.ReLU(name=f"relu_{index}")(norm(conv(x)))
        blocks.append(Block(f"block_{index}", (conv, norm)))
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    model = keras.Model(images, {"pooled": pooled, "feature_map": x})
    return Backbone(
        handle=Handle("keras", "tiny.keras"), model=model, preprocess=Pixels(),
        taps=("pooled", "feature_map"), blocks=tuple(blocks), fingerprint=f"images-{seed}",
    )  # fmt: skip


def pictures(n, seed=0):
    """Noise, brighter in red for the second class."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, n)
    images = generator.normal(size=(n, 8, 8, 3))
    images[..., 0] += 0.5 * labels[:, None, None]
    return list(images.astype("float32")), labels
