"""Metrics of answers that are read from outputs, at the end of an epoch."""

import keras
import numpy as np
import pytest
from seqeval.metrics import f1_score

from ftkeras import metrics
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.training.decoded import Decoded, of_one_width
from ftkeras.training.examples import Examples
from ftkeras.training.fit import fit_phase
from ftkeras.training.losses.tag_cross_entropy import TagCrossEntropy
from ftkeras.training.objective import Objective

NAMES = ("O", "B-X", "I-X")


def read(labels, outputs):
    said = np.where(labels >= 0, outputs.argmax(axis=-1), -1)
    return tuple([[NAMES[k] for k in row if k >= 0] for row in each] for each in (labels, said))


def examples(count, seed):
    """Rows of features of different lengths, whose sign is the tag; two texts were cut off."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 7, count)
    features = rng.normal(size=(count, 8, 3)).astype("float32")
    labels = features.argmax(axis=-1)
    for row, length in enumerate(lengths):
        features[row, length:] = 0
        labels[row, length:] = -1
    labels[:2, lengths[:2].max() : 8] = 1

    def take(rows):
        return features[rows, : lengths[rows].max()]

    return Examples(take=take, labels=labels, lengths=lengths, by_position=True), features


def tagger():
    given = keras.Input((None, 3))
    return keras.Model(given, keras.layers.Dense(3)(given))


OBJECTIVE = Objective(
    loss="",
    metrics=list,
    monitor="val_entity_f1_score",
    direction="max",
    make_loss=lambda smoothing: TagCrossEntropy()((4.0,), smoothing),
    decoded=Decoded(lambda: [metrics.EntityF1Score()], read),
)


@pytest.mark.parametrize("swa", [None, 0.0])
def test_the_epoch_with_the_best_entities_is_kept(swa):
    keras.utils.set_random_seed(1)
    model, (train, _), (validation, features) = tagger(), examples(40, 0), examples(17, 1)
    phase = Phase(Call("linear_probe"), epochs=4, learning_rate=0.1, batch_size=8, swa=swa)
    result = fit_phase(model, phase, OBJECTIVE, train, validation, seed=0)
    values = result.history["val_entity_f1_score"]
    assert len(values) == (4 if swa is None else 5)
    assert result.best_epoch == 1 + int(np.argmax(values))
    outputs = np.zeros((17, 8, 3))
    for row, length in enumerate(validation.lengths):  # one by one, as nothing else does it
        outputs[row, :length] = model(features[row : row + 1, :length])
    expected = f1_score(*read(validation.labels, outputs))
    assert max(values) == pytest.approx(expected, abs=1e-6)
    assert expected > 0.5


def test_averaged_weights_are_those_that_are_decoded():
    keras.utils.set_random_seed(1)
    model, (train, _), (validation, features) = tagger(), examples(40, 0), examples(17, 1)
    phase = Phase(Call("linear_probe"), epochs=2, learning_rate=0.1, batch_size=8, ema=0.9)
    result = fit_phase(model, phase, OBJECTIVE, train, validation, seed=0)
    outputs = np.asarray(model(features))
    found = OBJECTIVE.decoded.values(validation.labels, outputs)["entity_f1_score"]
    there = np.arange(8) < validation.lengths[:, None]
    expected = f1_score(*read(validation.labels, np.where(there[..., None], outputs, 0)))
    assert max(result.history["val_entity_f1_score"]) == pytest.approx(expected, abs=1e-6)
    assert found >= 0


def test_what_is_cut_off_is_answered_with_the_first():
    labels, outputs = of_one_width(np.array([[0, 1, 2], [1, -1, -1]]), np.ones((2, 1, 3)))
    assert labels.shape == (2, 3)
    assert outputs[:, 1:].max() == 0
    labels, outputs = of_one_width(np.array([[0]]), np.ones((1, 2, 3)))
    assert labels.tolist() == [[0, -1]]
