"""Parts of made-up data that a recipe is fitted on, and a stop in the middle of it."""

import keras
import numpy as np

from ftkeras.training.part import Part


def part(made, n, seed, by_position=False):
    """The part that `made(n, seed)`, inputs and labels, is."""
    values, labels = made(n, seed)
    array = np.empty(n, dtype=object)
    array[:] = values
    ids = np.array([f"{seed}-{i}" for i in range(n)])
    return Part(ids, array, labels, by_position=by_position)


def silent(name, unit):
    """Progress that nobody sees."""
    return lambda *done: None


class Interrupt(keras.callbacks.Callback):
    """Stops the program as Ctrl-C does, after so many batches in all."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
