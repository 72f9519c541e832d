"""A head in the stack against the same head trained alone by Keras' own optimizer and layers."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.training.stacked_batches import StackedBatches
from ftkeras.training.stacked_heads import FoldedExamples, Grid, StackedHeads
from ftkeras.training.stacked_layers import StackedLayers, can_stack

BINARY = "BinaryCrossentropy(from_logits=True)"
SEVERAL = "SparseCategoricalCrossentropy(from_logits=True)"
EPOCHS, BATCH, WIDTH = 4, 8, 5
RATES, DECAY = (1e-3, 3e-2), 0.05


def head_model(call, outputs, seed, width=WIDTH):
    keras.utils.set_random_seed(seed)
    features = keras.Input((width,))
    model = keras.Model(features, catalog.build("heads", call)(features, outputs))
    # Biases that start at zero would hide a bias that is mixed up with another.
    generator = np.random.default_rng(seed)
    model.set_weights([w + generator.normal(0, 0.1, w.shape) for w in model.get_weights()])
    return model


def folded(classes, examples=53, folds=3, seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, examples)
    features = generator.normal(0, 1, (examples, WIDTH)) + labels[:, None]
    part = generator.integers(0, 5, (folds, examples))
    return FoldedExamples(features.astype("float32"), labels, part < 3, part == 3)


def grid_of(folds, orders=(11, 12), starts=2):
    """Every fold with every learning rate in each order; initialisations take turns."""
    fold, rate = np.meshgrid(np.arange(folds), RATES, indexing="ij")
    shape = (len(orders), 1)
    fold, rate = np.tile(fold.ravel(), shape), np.tile(rate.ravel(), shape)
    start = np.arange(fold.size).reshape(fold.shape) % starts
    return Grid(orders, fold, start, rate, np.full(fold.shape, DECAY))


def drop(head, masks):
    """The head as a plain function of its own Keras layers, with dropout by given masks."""

    def run(x):
        left = iter(masks)
        for layer in head.layers[1:]:
            if isinstance(layer, keras.layers.Dropout) and layer.rate:
                x = x * next(left) / (1 - layer.rate)
            else:
                x = layer(x)
        return x

    return run


def alone(head, loss, examples, grid, place, patience=None):
    """Trains one head by itself with `keras.optimizers.AdamW`; returns what its best epoch was."""
    import tensorflow as tf

    fold, rate = grid.fold[place], float(grid.learning_rate[place])
    optimizer = keras.optimizers.AdamW(rate, weight_decay=DECAY)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    call = loss.partition("(")[0]
    loss_of = getattr(keras.losses, call)(from_logits=True)
    batches = StackedBatches(
        len(examples.labels), examples.train.mean(), BATCH, (grid.orders[place[0]],)
    )
    dropouts = StackedLayers(head).dropouts
    best, best_epoch, kept, waited = np.inf, 0, None, 0
    for epoch in range(EPOCHS):
        rows, filled = batches.rows(epoch)
        masks = batches.masks(epoch, dropouts)
        for step in range(len(rows)):
            mine = filled[step] & examples.train[fold, rows[step, 0]]
            at = rows[step, 0][mine]
            if not len(at):
                continue
            chosen = [mask[step, 0, 0][mine].astype("float32") for mask in masks]
            with tf.GradientTape() as tape:
                value = loss_of(examples.labels[at][:, None],
                                drop(head, chosen)(examples.features[at]))  # fmt: skip
            gradients = tape.gradient(value, [v.value for v in head.trainable_variables])
            optimizer.apply(gradients, head.trainable_variables)
        at = np.flatnonzero(examples.validation[fold])
        measured = float(loss_of(examples.labels[at][:, None], head(examples.features[at])))
        waited += 1
        if measured < best:
            best, best_epoch, kept, waited = measured, epoch + 1, head.get_weights(), 0
        if waited >= (patience or EPOCHS):
            break
    return kept, best_epoch, best


@pytest.mark.parametrize(
    ("call", "loss", "classes", "patience"),
    [
        (Call("linear", {"dropout": 0.0}), BINARY, 2, None),
        (Call("linear", {"dropout": 0.4}), SEVERAL, 3, 1),
        (Call("mlp", {"units": 4, "dropout": 0.3}), BINARY, 2, 2),
    ],
)
def test_a_stacked_head_equals_one_trained_alone(call, loss, classes, patience):
    examples = folded(classes)
    grid = grid_of(folds=3)
    outputs = 1 if classes == 2 else classes
    starts = [head_model(call, outputs, seed).get_weights() for seed in (0, 1)]
    stack = StackedHeads(head_model(call, outputs, 9), loss, epochs=EPOCHS, batch_size=BATCH,
                         patience=patience)  # fmt: skip
    fitted = stack.fit(examples, grid, starts)
    for place in [(0, 0), (1, 1), (0, 4), (1, 5)]:  # each order, fold, rate and start
        head = head_model(call, outputs, 9)
        head.set_weights(starts[grid.start[place]])
        kept, best_epoch, best = alone(head, loss, examples, grid, place, patience)
        assert fitted.best_epoch[place] == best_epoch
        assert fitted.best_loss[place] == pytest.approx(best, abs=1e-5)
        for stacked, own in zip(fitted.weights, kept, strict=True):
            np.testing.assert_allclose(stacked[place], own, atol=1e-5)
    logits = stack.logits(fitted.weights, examples.features)
    head.set_weights([weight[place] for weight in fitted.weights])
    np.testing.assert_allclose(logits[place], head(examples.features), atol=1e-5)


def test_what_a_head_may_not_see_does_not_move_it():
    examples = folded(2)
    grid = grid_of(folds=3)
    head = head_model(Call("linear", {"dropout": 0.0}), 1, 0)
    stack = StackedHeads(head, BINARY, epochs=3, batch_size=BATCH)
    before = stack.fit(examples, grid, [head.get_weights()] * 2)
    hidden = ~(examples.train[1] | examples.validation[1])
    changed = FoldedExamples(
        np.where(hidden[:, None], 1e3, examples.features).astype("float32"),
        np.where(hidden, 1 - examples.labels, examples.labels),
        examples.train, examples.validation,
    )  # fmt: skip
    after = stack.fit(changed, grid, [head.get_weights()] * 2)
    mine = grid.fold == 1
    for old, new in zip(before.weights, after.weights, strict=True):
        np.testing.assert_array_equal(old[mine], new[mine])
        assert (old[~mine] != new[~mine]).any()


def test_a_head_without_examples_in_a_batch_makes_no_step():
    examples = folded(2)
    train = examples.train.copy()
    train[0] = False
    train[0, 7] = True  # a head with a single example moves once an epoch, not in every step
    scarce = FoldedExamples(examples.features, examples.labels, train, examples.validation & ~train)
    grid = grid_of(folds=3)
    call = Call("linear", {"dropout": 0.0})
    starts = [head_model(call, 1, seed).get_weights() for seed in (0, 1)]
    fitted = StackedHeads(head_model(call, 1, 0), BINARY, epochs=EPOCHS, batch_size=BATCH).fit(
        scarce, grid, starts
    )
    head = head_model(call, 1, 0)
    kept, best_epoch, _ = alone(head, BINARY, scarce, grid, (0, 0))
    assert fitted.best_epoch[0, 0] == best_epoch
    for stacked, own in zip(fitted.weights, kept, strict=True):
        np.testing.assert_allclose(stacked[0, 0], own, atol=1e-5)


def test_training_in_turns_equals_training_at_once(monkeypatch):
    examples, grid = folded(2), grid_of(folds=3)
    head = head_model(Call("linear", {"dropout": 0.2}), 1, 0)
    stack = StackedHeads(head, BINARY, epochs=3, batch_size=BATCH, patience=1)
    at_once = stack.fit(examples, grid, [head.get_weights()] * 2)
    told = []
    monkeypatch.setattr("ftkeras.training.stacked_heads._MOST_BYTES", 2 * 2 * 16 * 6)
    monkeypatch.setattr("ftkeras.training.stacked_heads._MOST_ACTIVATIONS", 40)
    in_turns = stack.fit(examples, grid, [head.get_weights()] * 2,
                         lambda done, total, note: told.append((done, total)))  # fmt: skip
    np.testing.assert_allclose(in_turns.best_loss, at_once.best_loss, atol=1e-6)
    np.testing.assert_array_equal(in_turns.best_epoch, at_once.best_epoch)
    assert told[-1] == (9, 9)
    np.testing.assert_allclose(
        stack.logits(in_turns.weights, examples.features),
        stack.logits(at_once.weights, examples.features), atol=1e-5,
    )  # fmt: skip


def test_dropout_keeps_the_share_it_should_and_differs_from_step_to_step():
    batches = StackedBatches(400, 0.8, 32, (0, 1))
    (mask,) = batches.masks(0, [(0.3, (50,))])
    assert mask.mean() == pytest.approx(0.7, abs=0.01)
    assert (mask[0, 0] != mask[1, 0]).any()
    assert (mask[0, 0] != mask[0, 1]).any()
    (again,), (later,) = (batches.masks(epoch, [(0.3, (50,))]) for epoch in (0, 1))
    np.testing.assert_array_equal(mask, again)
    assert (mask != later).any()


def test_each_order_holds_every_example_once():
    batches = StackedBatches(53, 0.6, 8, (3, 4, 5))
    rows, filled = batches.rows(2)
    for order in range(3):
        assert sorted(rows[:, order][filled].tolist()) == list(range(53))
    assert batches.width == 13
    assert (rows[0, 0] != rows[0, 1]).any()


def test_heads_that_mix_examples_or_branch_are_not_stacked():
    x = keras.Input((4,))
    dense = keras.layers.Dense(4)
    assert can_stack(keras.Model(x, dense(x)))
    assert not can_stack(keras.Model(x, keras.layers.BatchNormalization()(dense(x))))
    branched = keras.Model(x, keras.layers.Add()([dense(x), keras.layers.Dense(4)(x)]))
    with pytest.raises(ValueError, match="Received: "):
        StackedLayers(branched)
    with pytest.raises(ValueError, match="one fold"):
        FoldedExamples(np.zeros((2, 1), "float32"), np.zeros(2, "int64"),
                       np.ones((1, 2), bool), np.ones((1, 2), bool))  # fmt: skip


PROGRAM = """
import json, sys
import numpy as np
from tests.training import test_stacked_heads as t
from ftkeras.call_string import Call
examples, grid = t.folded(3), t.grid_of(folds=3)
call = Call("mlp", {"units": 4, "dropout": 0.3})
starts = [[np.array(w, "float32") for w in s] for s in json.loads(sys.stdin.read())]
stack = t.StackedHeads(t.head_model(call, 3, 0), t.SEVERAL, epochs=4, batch_size=8, patience=2)
fitted = stack.fit(examples, grid, starts)
print(json.dumps([fitted.best_epoch.tolist(), fitted.best_loss.tolist()]))
"""


@pytest.mark.slow
def test_jax_trains_the_same_heads():
    examples, grid = folded(3), grid_of(folds=3)
    call = Call("mlp", {"units": 4, "dropout": 0.3})
    starts = [head_model(call, 3, seed).get_weights() for seed in (0, 1)]
    stack = StackedHeads(head_model(call, 3, 0), SEVERAL, epochs=4, batch_size=8, patience=2)
    fitted = stack.fit(examples, grid, starts)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([[w.tolist() for w in s] for s in starts]),
        env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    epochs, losses = json.loads(done.stdout.splitlines()[-1])
    np.testing.assert_array_equal(epochs, fitted.best_epoch)
    np.testing.assert_allclose(losses, fitted.best_loss, atol=1e-5)
