"""Logits, and what Keras counts of them while it streams, in one pass."""

import dataclasses

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.added_loss import added_loss
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.decoded import of_one_width
from ftkeras.training.examples import Examples, from_features
from ftkeras.training.objective import Objective, compile_model
from ftkeras.training.prediction import predict


def answers(
    model: keras.Model,
    objective: Objective,
    examples: Examples,
    batch_size: int,
    jit_compile: bool | str = "auto",
) -> tuple[NDArray[np.float32], dict[str, float]]:
    """Returns what `predict` and `evaluate` would return, for the price of one of them.

    Loss and metrics are updated inside Keras, batch by batch as `evaluate` does, but from logits
    that are there already. What weights and layers add to the loss is added; losses of activities
    are those of the first example.

    Args:
        model: Gives logits. Compiled if it is not yet, so that the next part finds its graph.
        objective: Its loss and metrics.
        examples: What to predict.
        batch_size: Examples a batch.
        jit_compile: Whether steps are compiled by XLA; `"auto"` leaves it to Keras.

    Returns:
        `(examples, outputs)` float32 logits (see `predict`), and log name -> value.
    """
    if not model.compiled:
        compile_model(model, dataclasses.replace(objective, metrics=list), jit_compile=jit_compile)
    logits = predict(model, examples, batch_size)
    order = Batches(examples, batch_size).order()
    weights = None if examples.weights is None else examples.weights[order]
    labels = examples.labels_of(np.arange(len(examples)))
    if examples.by_position:
        labels, logits = of_one_width(labels, logits)
    answered = dataclasses.replace(from_features(logits[order], labels[order]), weights=weights)
    given = keras.Input(logits.shape[1:])
    same = keras.Model(given, keras.layers.Identity(dtype="float32")(given))
    compile_model(same, objective)
    logs = same.evaluate(for_keras(Batches(answered, batch_size)), verbose=0, return_dict=True)
    streamed = {name: float(value) for name, value in logs.items()}
    streamed["loss"] += added_loss(model, examples)
    if objective.decoded is not None:
        streamed |= objective.decoded.values(labels, logits)
    return logits, streamed
