"""L2-SP: fine-tuning that stays near where it started."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops
from numpy.typing import NDArray


class Pull(keras.regularizers.Regularizer):
    """Adds `strength / 2 * sum (w - start)^2` to the loss.

    Args:
        start: Where the weight is pulled to.
        strength: How much.

    References:
        Li, Grandvalet and Davoine, 2018, ICML, eq. 3.
    """

    def __init__(self, start: NDArray[Any], strength: float) -> None:
        # In a variable, for a constant would be written into the graph, of which 2 GB are allowed.
        self.start = keras.Variable(start, trainable=False, name="start")
        self.strength = strength

    def __call__(self, x: Any) -> Any:
        """Returns the penalty."""
        distance = ops.cast(x, "float32") - ops.cast(self.start, "float32")
        return 0.5 * self.strength * ops.sum(ops.square(distance))


@contextmanager
def pulled(
    weights: Sequence[tuple[keras.Variable, NDArray[Any]]], strength: float
) -> Iterator[None]:
    """Pulls weights towards given values while the block runs, beside any regularizer they have.

    Args:
        weights: Variables and what they are pulled to.
        strength: See `Pull`; 0 does nothing.
    """
    own = [variable.regularizer for variable, _ in weights]
    try:
        for (variable, start), kept in zip(weights, own, strict=True):
            if strength:
                variable.regularizer = _both(Pull(start, strength), kept)
        yield
    finally:
        for (variable, _), kept in zip(weights, own, strict=True):
            variable.regularizer = kept


def _both(pull: Pull, own: Any) -> Any:
    return pull if own is None else lambda x: pull(x) + own(x)
