"""Tells somebody how far training is, without deciding how that looks."""

from collections.abc import Callable
from typing import Any

import keras


class EpochProgress(keras.callbacks.Callback):
    """Calls `report(epochs done, epochs in all, note)` after every epoch.

    When training stops early, the epochs done are all there are.

    Args:
        report: What to call.
        monitor: The log whose value goes into the note, for example `val_log_loss`.

    Example:
        >>> callback = EpochProgress(print, monitor="val_log_loss")
        >>> callback.set_params({"epochs": 3})
        >>> callback.on_epoch_end(0, {"val_log_loss": 0.41234})
        1 3 val_log_loss 0.4123
    """

    def __init__(self, report: Callable[..., Any], monitor: str) -> None:
        super().__init__()
        self.report = report
        self.monitor = monitor
        self._last = (0, "")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Reports the epoch."""
        value = (logs or {}).get(self.monitor)
        note = "" if value is None else f"{self.monitor} {float(value):.4f}"
        self._last = (epoch + 1, note)
        self.report(epoch + 1, self.params["epochs"], note)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Reports the end, if it came early."""
        done, note = self._last
        if done < self.params["epochs"]:
            self.report(done, done, note)
