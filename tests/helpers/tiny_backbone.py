"""Small backbones with random weights, whose results a test can compute by hand."""

import json

import keras
import numpy as np

from ftkeras.contracts.backbone import Backbone, Block, Encoded
from ftkeras.handles import Handle


class CharacterCodes:
    """Texts to character codes, zero-padded: a preprocessing that needs no vocabulary."""

    modality = "text"

    def __init__(self, sequence_length=64):
        self.sequence_length = sequence_length

    @property
    def config(self):
        return {"sequence_length": self.sequence_length}

    def __call__(self, values):
        codes = [[1 + ord(c) % 99 for c in text[: self.sequence_length]] or [1] for text in values]
        lengths = np.array([len(code) for code in codes])
        tokens = np.zeros((len(codes), lengths.max()), "int32")
        for row, code in enumerate(codes):
            tokens[row, : len(code)] = code
        return Encoded({"token_ids": tokens, "padding_mask": (tokens > 0).astype("int32")}, lengths)

    def sizes(self, values):
        return np.array([len(text) for text in values])

    def save(self, directory):
        (directory / "config.json").write_text(json.dumps(self.config))


def text_backbone(width=8, seed=0, norm=keras.layers.BatchNormalization):
    """Embedding, two dense layers with normalisation and dropout, masked mean."""
    keras.utils.set_random_seed(seed)
    tokens = keras.Input((None,), dtype="int32", name="token_ids")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    embed = keras.layers.Embedding(100, width, name="embed")
    x = embed(tokens)
    blocks = [Block("embeddings", (embed,))]
    for index in range(2):
        dense = keras.layers.Dense(width, activation="relu", name=f"dense_{index}")
        normal = norm(name=f"norm_{index}")
        drop = keras.layers.Dropout(0.5, name=f"drop_{index}")
        x = drop(normal(dense(x)))
        blocks.append(Block(f"layer_{index}", (dense, normal, drop)))
    mean = keras.layers.GlobalAveragePooling1D(name="mean")(x, mask=keras.ops.cast(mask, "bool"))
    model = keras.Model({"token_ids": tokens, "padding_mask": mask},
                        {"mean_pooled": mean, "sequence": x})  # fmt: skip
    return Backbone(
        handle=Handle("keras", "tiny.keras"), model=model, preprocess=CharacterCodes(),
        taps=("mean_pooled", "sequence"), blocks=tuple(blocks), fingerprint=f"tiny-{width}-{seed}",
    )  # fmt: skip


def sentences(n, seed=0):
    """Short random texts, all different, and labels that a model can learn from them."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, n)
    texts = []
    for index, label in enumerate(labels):
        telling = generator.choice((["bad", "is"], ["good", "very"])[label], 2)
        others = generator.choice(["film", "cafe", "watch", "the"], generator.integers(0, 4))
        texts.append(" ".join([*generator.permutation([*telling, *others]), str(index)]))
    return texts, labels
