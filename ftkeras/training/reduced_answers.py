"""Answers that are small, from outputs that are too large to be kept: masks, and boxes."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.added_loss import added_loss
from ftkeras.training.examples import Examples
from ftkeras.training.objective import Objective
from ftkeras.training.prediction import predict
from ftkeras.training.streamed import Streamed

Reduce = Callable[[NDArray[np.int64], NDArray[np.float32]], NDArray[np.object_]]
"""Row numbers and the outputs of a model -> one object a row."""

# Outputs that are kept at once: 256 MB.
_MOST = 1 << 26


def reduced_answers(
    model: keras.Model,
    objective: Objective,
    examples: Examples,
    batch_size: int,
    reduce: Reduce,
) -> tuple[NDArray[np.object_], dict[str, float]]:
    """Returns what `answers` returns, each piece of the outputs reduced before the next is made.

    Of 1000 pictures of 320 x 320 pixels and 21 classes, logits would take 8.6 GB.

    Args:
        model: Gives outputs of one shape.
        objective: Its loss and metrics.
        examples: What to predict, of one length.
        batch_size: Examples a batch.
        reduce: Makes objects of outputs.

    Returns:
        `(examples,)` objects, and log name -> value.
    """
    of_one = int(np.prod(model.output.shape[1:]))
    size = max(1, _MOST // of_one // batch_size) * batch_size
    found = np.empty(len(examples), object)
    streamed = Streamed(objective)
    for first in range(0, len(examples), size):
        rows = np.arange(first, min(first + size, len(examples)))
        outputs = predict(model, _piece(examples, rows), batch_size)
        found[rows] = reduce(rows, outputs)
        for start in range(0, len(rows), batch_size):
            batch = slice(start, start + batch_size)
            streamed.add(examples.labels_of(rows[batch]), outputs[batch])
    return found, streamed.logs(added_loss(model, examples))


def _piece(examples: Examples, rows: NDArray[np.int64]) -> Examples:
    return dataclasses.replace(
        examples,
        take=lambda chosen: examples.take(rows[chosen]),
        labels=examples.labels[rows],
        answers=None
        if examples.answers is None
        else lambda chosen: examples.labels_of(rows[chosen]),
        features=None if examples.features is None else examples.features[rows],
    )
