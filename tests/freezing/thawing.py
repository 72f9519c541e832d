"""Fits a tiny model under a freezing rule and says which weights moved."""

import keras

from ftkeras.model import build_model, freeze
from tests.helpers.tiny_backbone import sentences


def values(backbone):
    """Path -> what it holds, for every weight of every block."""
    return {w.path: w.numpy() for b in backbone.blocks for layer in b.layers
            for w in layer.weights}  # fmt: skip


def fit(backbone, rule, steps=2):
    """Freezes, fits, and returns the model and the paths of the weights that moved by any bit."""
    model = build_model(backbone)
    freeze(backbone, rule)
    before = values(backbone)
    texts, labels = sentences(8 * steps)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss, jit_compile=False)
    model.fit(backbone.preprocess(texts).arrays, labels, batch_size=8, verbose=0)
    after = values(backbone)
    return model, {path for path in before if (before[path] != after[path]).any()}
