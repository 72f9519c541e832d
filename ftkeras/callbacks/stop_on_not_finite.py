"""Ends training at the first loss that is not a finite number."""

import math
from typing import Any

import keras

from ftkeras.errors import UserError


class StopOnNotFinite(keras.callbacks.Callback):
    """Raises as soon as the training loss is NaN or infinite, before weights are kept.

    Keras' `TerminateOnNaN` stops silently and leaves a broken model; here the caller learns why.

    Raises:
        UserError: The loss is not finite.

    Example:
        >>> callback = StopOnNotFinite()
        >>> callback.on_train_batch_end(0, {"loss": 0.7})
        >>> callback.on_train_batch_end(1, {"loss": float("nan")})
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected a finite training loss. Received: loss=nan at step 2...
    """

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the loss after each step."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(float(loss)):
            raise UserError(
                f"Expected a finite training loss. Received: loss={float(loss)} at step {batch + 1}"
                ". Lower learning_rate, or look for inputs that are not finite."
            )
