"""Answers made piece by piece are those of all outputs at once."""

import keras
import numpy as np
import pytest

from ftkeras.metrics import suite
from ftkeras.training import reduced_answers
from ftkeras.training.answers import answers
from ftkeras.training.examples import from_features
from ftkeras.training.losses.pixel_cross_entropy import PixelCrossEntropy
from ftkeras.training.objective import Objective


def metrics():
    return suite("semantic_segmentation", 3, ignore_label=255)


OBJECTIVE = Objective(
    "unused", metrics, "val_mean_intersection_over_union", "max",
    lambda smoothing: PixelCrossEntropy()((1, 1, 1), smoothing),
)  # fmt: skip


@pytest.mark.parametrize("most", [1, 1 << 26])
def test_pieces_make_the_whole(monkeypatch, most):
    monkeypatch.setattr(reduced_answers, "_MOST", most)
    keras.utils.set_random_seed(0)
    features = keras.Input((4, 5, 2))
    model = keras.Model(features, keras.layers.Conv2D(3, 1, kernel_regularizer="l2")(features))
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, (11, 4, 5)).astype(np.uint8)
    labels[generator.random(labels.shape) < 0.2] = 255
    x = generator.normal(size=(11, 4, 5, 2)).astype("float32")
    examples = from_features(x, labels)
    logits, whole = answers(model, OBJECTIVE, examples, 4)
    asked = []

    def reduce(rows, outputs):
        asked.append(len(rows))
        found = np.empty(len(rows), object)
        found[:] = [outputs[place].argmax(axis=-1).tolist() for place in range(len(rows))]
        return found

    found, logs = reduced_answers.reduced_answers(model, OBJECTIVE, examples, 4, reduce)
    assert found.tolist() == logits.argmax(axis=-1).tolist()
    assert asked == ([4, 4, 3] if most == 1 else [11])
    assert logs == pytest.approx(whole, rel=1e-5)
