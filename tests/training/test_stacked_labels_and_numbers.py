"""Heads for labels and numbers in the stack, against the same head trained alone by Keras."""

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.training.stacked_batches import StackedBatches
from ftkeras.training.stacked_heads import FoldedExamples, StackedHeads
from tests.training.test_stacked_heads import BATCH, DECAY, EPOCHS, WIDTH, grid_of, head_model

TARGETS, FOLDS, EXAMPLES = 3, 3, 47


def examples_of(kind):
    generator = np.random.default_rng(1)
    features = generator.normal(size=(EXAMPLES, WIDTH)).astype("float32")
    said = features @ generator.normal(size=(WIDTH, TARGETS))
    said += 0.3 * generator.normal(size=said.shape)
    part = generator.integers(0, 5, (FOLDS, EXAMPLES))
    train, validation = part < 3, part == 3
    if kind == "labels":
        return FoldedExamples(features, (said > 0.2).astype("int8"), train, validation), said
    said = 500 + said * [1.0, 20.0, 0.1]
    centre = np.array([said[each].mean(axis=0) for each in train])
    spread = np.array([said[each].std(axis=0) for each in train])
    standard = (said - centre[:, None]) / spread[:, None]
    return FoldedExamples(features, standard, train, validation, spread), said


def alone(kind, head, examples, said, grid, place):
    """One head by itself: batches of the grid, Keras' loss, and what chooses the epoch in NumPy."""
    import tensorflow as tf

    fold = grid.fold[place]
    optimizer = keras.optimizers.AdamW(float(grid.learning_rate[place]), weight_decay=DECAY)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    labels = examples.labels if kind == "labels" else examples.labels[fold]
    if kind == "numbers":
        loss = keras.losses.MeanSquaredError()
    batches = StackedBatches(EXAMPLES, examples.train.mean(), BATCH, (grid.orders[place[0]],))
    train, judged = examples.train[fold], examples.validation[fold]
    centre, spread = said[train].mean(axis=0), said[train].std(axis=0)
    best, kept, best_epoch = np.inf, None, 0
    for epoch in range(EPOCHS):
        rows, filled = batches.rows(epoch)
        for step in range(len(rows)):
            at = rows[step, 0][filled[step] & train[rows[step, 0]]]
            if not len(at):
                continue
            with tf.GradientTape() as tape:
                value = loss(labels[at].astype("float32"), head(examples.features[at]))
            optimizer.apply(
                tape.gradient(value, head.trainable_variables), head.trainable_variables
            )
        logits = np.asarray(head(examples.features[judged]), "float64")
        if kind == "labels":
            truth = labels[judged]
            score = np.logaddexp(0, np.where(truth == 1, -logits, logits)).mean()
        else:
            errors = said[judged] - (logits * spread + centre)
            score = np.sqrt((errors**2).mean(axis=0)).mean()
        if score < best:
            best, best_epoch, kept = score, epoch + 1, head.get_weights()
    return kept, best_epoch, best


@pytest.mark.parametrize(
    ("kind", "loss"),
    [("labels", "BinaryCrossentropy(from_logits=True)"), ("numbers", "MeanSquaredError")],
)
def test_a_head_in_the_stack_is_what_it_is_alone(kind, loss):
    examples, said = examples_of(kind)
    grid, call = grid_of(folds=FOLDS), Call("linear", {"dropout": 0.0})
    starts = [head_model(call, TARGETS, seed).get_weights() for seed in (0, 1)]
    stack = StackedHeads(head_model(call, TARGETS, 0), loss, epochs=EPOCHS, batch_size=BATCH)
    fitted = stack.fit(examples, grid, starts)
    for place in [(0, 0), (1, 3), (1, 5)]:
        head = head_model(call, TARGETS, 0)
        head.set_weights(starts[grid.start[place]])
        kept, best_epoch, best = alone(kind, head, examples, said, grid, place)
        assert fitted.best_epoch[place] == best_epoch
        assert fitted.best_loss[place] == pytest.approx(best, rel=1e-4)
        for stacked, own in zip(fitted.weights, kept, strict=True):
            np.testing.assert_allclose(stacked[place], own, atol=2e-5)
