"""Logits of examples, each exactly once and in the order asked for."""

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import Examples


def predict(model: keras.Model, examples: Examples, batch_size: int) -> NDArray[np.float32]:
    """Returns `(examples, outputs)` float32 logits; row `i` belongs to example `i`.

    Args:
        model: Gives logits.
        examples: What to predict; may be sorted by length inside, never dropped or repeated.
        batch_size: Examples a batch.
    """
    if examples.views != 1:
        raise ValueError(
            "Expected examples as they are, for only training changes them. Received: "
            f"views={examples.views}."
        )
    batches = Batches(examples, batch_size)
    logits = np.asarray(model.predict(for_keras(batches), verbose=0), dtype="float32")
    order = batches.order()
    if len(logits) != len(order):
        raise ValueError(
            f"Expected one row of logits for each of {len(order)} examples. "
            f"Received: {len(logits)} rows."
        )
    in_order = np.empty_like(logits)
    in_order[order] = logits
    return in_order


def predict_together(model: keras.Model, examples: Examples) -> NDArray[np.float32]:
    """Returns `(examples, outputs)` float32 logits of one batch of all examples.

    What `predict` returns for a single batch, without the pipeline of data that it would build for
    it, which takes longer than the answer.

    Args:
        model: Gives logits.
        examples: What to predict, at least one.
    """
    inputs = examples.take(np.arange(len(examples)))
    return np.asarray(model.predict_on_batch(inputs), dtype="float32")
