"""Validation with decoded metrics: one pass an epoch, the logs of Keras, the calls of Keras."""

import keras
import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.training.answered_once import AnsweredOnce
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.decoded import Decoded
from ftkeras.training.examples import Examples, from_features
from ftkeras.training.fit import Surroundings, fit_phase
from ftkeras.training.losses.tag_cross_entropy import TagCrossEntropy
from ftkeras.training.objective import Objective, compile_model
from tests.training.test_answers import Counting

NAMES = ("O", "B-X", "I-X")


def read(labels, outputs):
    said = np.where(labels >= 0, outputs.argmax(axis=-1), -1)
    return tuple([[NAMES[k] for k in row if k >= 0] for row in each] for each in (labels, said))


def examples(count, seed):
    """Rows of features of different lengths; the largest is the tag."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 7, count)
    features = rng.normal(size=(count, 8, 3)).astype("float32")
    labels = features.argmax(axis=-1)
    labels[np.arange(8) >= lengths[:, None]] = -1
    return Examples(take=lambda rows: features[rows, : lengths[rows].max()], labels=labels,
                    lengths=lengths, by_position=True)  # fmt: skip


class Position(keras.metrics.Metric):
    """Share of positions that are answered right."""

    def __init__(self):
        super().__init__(name="position")
        self.share = keras.metrics.Mean()

    def update_state(self, y_true, y_pred, sample_weight=None):
        right = keras.ops.equal(
            keras.ops.cast(keras.ops.argmax(y_pred, -1), "int32"), keras.ops.cast(y_true, "int32")
        )
        self.share.update_state(right, sample_weight=y_true >= 0)

    def result(self):
        return self.share.result()

    def reset_state(self):
        self.share.reset_state()


OBJECTIVE = Objective(
    loss="",
    metrics=lambda: [Position()],
    monitor="val_entity_f1_score",
    direction="max",
    make_loss=lambda smoothing: TagCrossEntropy()((4.0,), smoothing),
    decoded=Decoded(lambda: [metrics.EntityF1Score()], read),
)


def tagger(regularizer=None):
    keras.utils.set_random_seed(3)
    given = keras.Input((None, 3))
    count = Counting()
    dense = keras.layers.Dense(3, kernel_regularizer=regularizer)
    return keras.Model(given, dense(count(given))), count


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_loss_and_metrics_are_those_of_keras(smoothing):
    model, _ = tagger(keras.regularizers.L2(0.3))
    rows = examples(17, 0)
    once = AnsweredOnce(model, OBJECTIVE, smoothing)
    once.compile()
    logs = once.evaluate(Batches(rows, 8), return_dict=True)
    compile_model(model, OBJECTIVE, label_smoothing=smoothing)
    expected = model.evaluate(for_keras(Batches(rows, 8)), verbose=0, return_dict=True)
    decoded = logs.pop("entity_f1_score")
    assert 0 < decoded < 1
    assert logs == pytest.approx(expected, rel=1e-6)
    assert once.evaluate(Batches(rows, 8)) == pytest.approx([*logs.values(), decoded])


def test_weights_count_as_in_keras():
    generator = np.random.default_rng(0)
    features = generator.normal(size=(21, 3)).astype("float32")
    rows = from_features(features, features.argmax(axis=-1))
    weighted = Examples(rows.take, rows.labels, weights=generator.random(21).astype("float32"))
    given = keras.Input((3,))
    model = keras.Model(given, keras.layers.Dense(3)(given))
    objective = Objective(
        "SparseCategoricalCrossentropy(from_logits=True)", list, "val_loss", "min"
    )
    once = AnsweredOnce(model, objective)
    once.compile()
    compile_model(model, objective)
    found = once.evaluate(Batches(weighted, 8), return_dict=True)
    expected = model.evaluate(for_keras(Batches(weighted, 8)), verbose=0, return_dict=True)
    assert found == pytest.approx(expected, rel=1e-6)


def test_other_data_are_evaluated_as_keras_does():
    model, _ = tagger()
    once = AnsweredOnce(model, OBJECTIVE)
    compile_model(once, OBJECTIVE)
    x, y = examples(8, 0).batch(np.arange(8))
    assert set(once.evaluate(x, y, verbose=0, return_dict=True)) == {"loss", "position"}


class Told(keras.callbacks.Callback):
    """Notes what a callback is told, as one that writes for TensorBoard is."""

    def __init__(self):
        super().__init__()
        self.names, self.tests, self.ended = [], [], []

    def on_test_begin(self, logs=None):
        self.tests.append([])

    def on_test_batch_end(self, batch, logs=None):
        self.tests[-1].append(batch)

    def on_test_end(self, logs=None):
        self.ended.append(dict(logs))

    def on_epoch_end(self, epoch, logs=None):
        self.names.append(dict(logs))


def fitted(**settings):
    model, count = tagger()
    told = Told()
    phase = Phase(Call("linear_probe"), epochs=3, learning_rate=0.1, batch_size=8, **settings)
    result = fit_phase(
        model, phase, OBJECTIVE, examples(40, 0), examples(17, 1), seed=0,
        around=Surroundings(callbacks=[told]),
    )  # fmt: skip
    return model, result, told, count


def test_every_example_of_validation_is_answered_once_an_epoch():
    _, result, _, count = fitted()
    assert len(result.history["loss"]) == 3
    # One more tells in the first epoch whether layers add to the loss.
    assert float(count.seen) == 3 * (40 + 17) + 1


@pytest.mark.parametrize("settings", [{}, {"ema": 0.9}])
def test_callbacks_are_told_all_that_keras_tells(settings):
    model, result, told, _ = fitted(**settings)
    assert told.tests == [[0, 1, 2]] * 3
    names = {"loss", "position", "entity_f1_score"}
    for ended, epoch in zip(told.ended, told.names, strict=True):
        assert set(ended) == names
        assert set(epoch) == names - {"entity_f1_score"} | {f"val_{name}" for name in names}
        assert all(epoch[f"val_{name}"] == ended[name] for name in names)
    # The weights that were kept are those that were answered with.
    once = AnsweredOnce(model, OBJECTIVE)
    once.compile()
    again = once.evaluate(Batches(examples(17, 1), 8), return_dict=True)
    best = told.ended[result.best_epoch - 1]
    assert again == pytest.approx(best, rel=1e-5)
