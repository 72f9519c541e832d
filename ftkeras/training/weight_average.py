"""Stochastic weight averaging: the mean of where training has been, as one more candidate."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from ftkeras.training.batches import Batches
from ftkeras.training.best_epoch import BestEpoch
from ftkeras.training.examples import Examples


class WeightAverage(keras.callbacks.Callback):
    """Averages the weights at the ends of epochs, from a given share of training on.

    Of E epochs those after the first `floor(share E)` count, all alike: after n of them the average
    is `(w_1 + ... + w_n) / n` of every trainable weight. In the end the average competes as one
    more epoch: it is kept if validation finds it better than each epoch by itself.

    Args:
        share: Share of the epochs before averaging begins, in [0, 1).
        epochs: E.

    References:
        Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, 2018, UAI, algorithm 1.
    """

    def __init__(self, share: float, epochs: int) -> None:
        super().__init__()
        self.first = int(share * epochs)
        self.count = 0
        self.sums: list[NDArray[np.float64]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the weights as they are now."""
        if epoch < self.first:
            return
        weights = [np.array(v.numpy(), "float64") for v in self.model.trainable_variables]
        if self.sums:
            weights = [a + b for a, b in zip(self.sums, weights, strict=True)]
        self.sums = weights
        self.count += 1

    def restore(self, count: int, sums: list[NDArray[np.float64]]) -> None:
        """Takes over what `count` and `sums` were."""
        self.count, self.sums = count, list(sums)

    def compete(
        self,
        model: keras.Model,
        best: BestEpoch,
        train: Examples,
        batch_size: int,
        validation: Any,
    ) -> None:
        """Evaluates the average, and tells `best` of it as of one more epoch.

        Args:
            model: Compiled; it ends with the averaged weights.
            best: Keeps the better ones.
            train: Examples that statistics of batch normalisation are taken of.
            batch_size: Examples a batch of them.
            validation: Batches of the validation part, as `evaluate` takes them.
        """
        if self.count < 2:  # an average of one is that one
            return
        for variable, total in zip(model.trainable_variables, self.sums, strict=True):
            variable.assign((total / self.count).astype(variable.dtype))
        recompute_batch_norm(model, Batches(train, batch_size))
        logs = model.evaluate(validation, verbose=0, return_dict=True)
        best.compare({f"val_{name}": float(value) for name, value in logs.items()}, model)


def recompute_batch_norm(model: keras.Model, batches: Batches) -> None:
    """Takes the statistics of every BatchNorm that trains anew, with the weights as they are.

    Averaged weights were never run, so no running mean fits them. Each statistic becomes the plain
    mean over batches of what the batches have, in training mode. Frozen BatchNorms stay as they
    are; without any that trains nothing is run.

    Args:
        model: The model.
        batches: What it is run on.
    """
    kind = keras.layers.BatchNormalization
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, kind)]
    layers = [layer for layer in layers if layer.trainable and layer.built]
    if not layers:
        return
    kept = [layer.momentum for layer in layers]
    try:
        for done in range(len(batches)):
            for layer in layers:
                # With momentum n / (n + 1) a running mean is the mean of all.
                layer.momentum = done / (done + 1)
            inputs = keras.tree.map_structure(ops.convert_to_tensor, batches[done][0])
            model(inputs, training=True)
    finally:
        for layer, momentum in zip(layers, kept, strict=True):
            layer.momentum = momentum
