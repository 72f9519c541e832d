"""One weight a unit, from sample weights and padding masks of every accepted shape."""

from typing import Any

from keras import ops

from ftkeras.contracts.score import Units
from ftkeras.errors import UserError


def unit_weights(y_pred: Any, sample_weight: Any, units: Units, unit_rank: int) -> Any | None:
    """Returns `(units,)` float32 weights, `None` if all weigh 1; padding and ignored units weigh 0.

    Args:
        y_pred: Predictions as given; they may carry a Keras padding mask.
        sample_weight: `None`, one number, or the axes that count units, of which trailing ones may
            be missing or 1: a weight a sequence holds for all its positions.
        units: The units of the batch.
        unit_rank: How many leading axes of the predictions count units.
    """
    # The layer that made the predictions hangs its mask on the tensor.
    mask = getattr(y_pred, "_keras_mask", None)
    if sample_weight is None and mask is None and units.is_counted is None:
        return None
    ones = ops.ones_like(ops.cast(units.is_finite, "float32"))
    weights = ones
    for given in (sample_weight, mask):
        if given is not None:
            weights = weights * _spread(given, y_pred, unit_rank, ones)
    if units.is_counted is not None:
        weights = ops.where(units.is_counted, weights, 0.0)
    return weights


def _spread(given: Any, y_pred: Any, rank: int, ones: Any) -> Any:
    given = ops.convert_to_tensor(given)
    given = ops.cast(given, "float32")
    if len(given.shape) == 0:
        return given * ones
    if len(given.shape) == rank + 1 and given.shape[-1] == 1:
        given = ops.squeeze(given, -1)
    if len(given.shape) > rank:
        raise UserError(
            "Expected `sample_weight` with one weight a unit, or fewer axes. Received: "
            f"sample_weight.shape={tuple(given.shape)}, y_pred.shape={tuple(y_pred.shape)}."
        )
    while len(given.shape) < rank:
        given = ops.expand_dims(given, -1)
    shape = ops.shape(y_pred)[:rank]
    return ops.reshape(ops.broadcast_to(given, shape), (-1,))
