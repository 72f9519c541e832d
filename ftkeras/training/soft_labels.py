"""Training on labels that are shares of classes, measuring on classes."""

import dataclasses
from typing import Any

import keras
from keras import ops

from ftkeras.errors import UserError
from ftkeras.training.losses.cross_entropy import CrossEntropy
from ftkeras.training.objective import Objective

_CROSS_ENTROPIES = ("SparseCategoricalCrossentropy", "BinaryCrossentropy")


def soft_objective(objective: Objective) -> Objective:
    """Returns an objective whose loss takes labels that are shares of classes.

    Raises:
        UserError: Its loss has no classes.
    """
    name = objective.loss.partition("(")[0]
    if name not in _CROSS_ENTROPIES:
        raise UserError(
            "Expected a loss of classes for examples that are mixed, for their labels become "
            f"shares of classes. Received: loss={objective.loss}. Leave mix_up and cut_mix out."
        )
    if objective.make_loss is not None:  # all losses of classes take shares
        return objective
    return dataclasses.replace(objective, make_loss=lambda smoothing: CrossEntropy()((), smoothing))


@keras.saving.register_keras_serializable(package="ftkeras")
class HardMetrics(keras.Model):
    """A model whose metrics take the largest class of labels that are shares of classes.

    Losses take the shares. Validation labels, which are classes, are left as they are.
    """

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Updates the metrics and returns their results."""
        if len(y.shape) == 2 and y.shape[-1] != 1:
            y = ops.argmax(y, axis=-1)
        found: dict[str, Any] = super().compute_metrics(x, y, y_pred, sample_weight)
        return found
