"""Logits of examples, each exactly once and in the order asked for."""

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import Examples, of_width
from ftkeras.training.retracing import no_word_of_retracing


def predict(model: keras.Model, examples: Examples, batch_size: int) -> NDArray[np.float32]:
    """Returns `(examples, outputs)` float32 logits; row `i` belongs to example `i`.

    Of answers by position they are `(examples, longest, outputs)`, 0 where an example is shorter.

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
    if examples.by_position:
        return _by_position(model, batches)
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
    logits = np.asarray(model.predict_on_batch(inputs), dtype="float32")
    return of_width(logits, _longest(examples), 0) if examples.by_position else logits


def _by_position(model: keras.Model, batches: Batches) -> NDArray[np.float32]:
    """Batches are as long as their longest example, so that Keras could not join them."""
    examples, order, size = batches.examples, batches.order(), batches.batch_size
    with no_word_of_retracing():  # by the second length the graph is open to all
        logits = [
            np.asarray(model.predict_on_batch(examples.take(order[first : first + size])))
            for first in range(0, len(order), size)
        ]
    longest = _longest(examples)
    joined = np.concatenate([of_width(each, longest, 0) for each in logits])
    in_order = np.empty(joined.shape, "float32")
    in_order[order] = joined
    return in_order


def _longest(examples: Examples) -> int:
    lengths = examples.lengths
    return examples.labels.shape[1] if lengths is None else int(lengths.max())
