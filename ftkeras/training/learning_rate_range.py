"""The range test of the learning rate, on a model as its phase will train it."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import keras

from ftkeras.contracts.phase import Phase
from ftkeras.training.batches import Batches
from ftkeras.training.learning_rate_finder import LOWEST, find_learning_rate


def plain(phase: Phase) -> Phase:
    """Returns a phase of one batch a step at the plain rate, as the test needs it."""
    return dataclasses.replace(
        phase, learning_rate=LOWEST, schedule="constant", warmup=0, accumulate=1, ema=None, swa=None
    )


def tested(model: keras.Model, batches: Batches) -> dict[str, Any]:
    """Tests rates on a model and leaves it as it was; see `find_learning_rate`.

    Args:
        model: Compiled for a `plain` phase.
        batches: What it is trained on, in the order of epoch after epoch.

    Returns:
        What was found, as JSON values.
    """
    return find_learning_rate(model, _Epochs(batches)).as_json()


class _Epochs:
    """Batches in the order of the next epoch whenever they are begun anew."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._epoch = -1

    def __iter__(self) -> Iterator[Any]:
        self._epoch += 1
        self._batches.set_epoch(self._epoch)
        for index in range(len(self._batches)):
            yield self._batches[index]
