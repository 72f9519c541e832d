"""Tells somebody the validation score of every epoch, over all phases of a recipe."""

from collections.abc import Callable
from typing import Any

import keras


class WatchEpochs(keras.callbacks.Callback):
    """Calls `tell(epoch, value)` after every epoch; epochs count on from one `fit` to the next.

    What `tell` raises ends the training: so a search stops a trial that is not worth finishing.

    Args:
        tell: What to call with the epoch, counted from 0, and the log's value.
        monitor: The log, for example `val_log_loss`.

    Example:
        >>> callback = WatchEpochs(print, monitor="val_log_loss")
        >>> for epoch in (0, 1, 0):  # two epochs of a phase, and one of the next
        ...     callback.on_epoch_end(epoch, {"val_log_loss": 0.5})
        0 0.5
        1 0.5
        2 0.5
    """

    def __init__(self, tell: Callable[[int, float], Any], monitor: str) -> None:
        super().__init__()
        self.tell = tell
        self.monitor = monitor
        self._epochs = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Tells the epoch's value; an epoch without one is counted and not told."""
        value = (logs or {}).get(self.monitor)
        number, self._epochs = self._epochs, self._epochs + 1
        if value is not None:
            self.tell(number, float(value))
