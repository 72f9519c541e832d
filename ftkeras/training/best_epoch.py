"""Keeps the weights of the best epoch, and everything else that a phase has learnt about itself."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


class BestEpoch(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the best validation score, and stops when none comes.

    With an optimizer that keeps a moving average of the weights, the average is what is evaluated
    and kept; training itself goes on from the weights that were not averaged.

    All it knows is in `state()`, so that an interrupted phase can go on from there.

    Args:
        monitor: The log that decides.
        direction: `"min"` or `"max"`.
        patience: Epochs without a better score before it stops training.
    """

    def __init__(self, monitor: str, direction: str, patience: int) -> None:
        super().__init__()
        self.monitor = monitor
        self.direction = direction
        self.patience = patience
        self.history: dict[str, list[float]] = {}
        self.best: float | None = None
        self.best_epoch = 0
        self.weights: list[NDArray[Any]] | None = None
        self._evaluated: list[NDArray[Any]] | None = None
        self._waited = 0

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Puts the averages into their place."""
        optimizer = unscaled(self.model.optimizer)
        if not optimizer.use_ema:
            return
        self._own = [variable.numpy() for variable in self.model.trainable_variables]
        pairs = zip(
            optimizer._trainable_variables,
            optimizer._model_variables_moving_average,
            strict=True,
        )
        for variable, average in pairs:
            if average is not None:
                # A copy: JAX hands the memory of what is evaluated on, and the average would go.
                variable.assign(np.array(average.numpy()))

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Notes what was evaluated, and takes the averages back out."""
        if not unscaled(self.model.optimizer).use_ema:
            return
        self._evaluated = self.model.get_weights()
        for variable, own in zip(self.model.trainable_variables, self._own, strict=True):
            variable.assign(own)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compares the epoch with the best so far."""
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        value = float((logs or {}).get(self.monitor, np.nan))
        self._waited += 1
        if self.weights is None or better(value, self.best, self.direction):
            if better(value, self.best, self.direction):
                self.best = value
                self._waited = 0
            self.weights = self._evaluated or self.model.get_weights()
            self.best_epoch = epoch + 1
        if self._waited >= self.patience and epoch > 0:
            self.model.stop_training = True

    def compare(self, logs: dict[str, float], model: keras.Model) -> None:
        """Compares weights that no epoch ended with, as one more epoch.

        Args:
            logs: What was measured; all other logs are undefined there.
            model: Has the weights.
        """
        for name, values in self.history.items():
            values.append(logs.get(name, float("nan")))
        value = logs.get(self.monitor, float("nan"))
        if better(value, self.best, self.direction):
            self.best = value
            self.weights = model.get_weights()
            self.best_epoch = max(map(len, self.history.values()))

    @property
    def stopped(self) -> bool:
        """Whether the patience is used up."""
        return self._waited >= self.patience and len(self.history.get("loss", ())) > 1

    def state(self) -> dict[str, Any]:
        """Returns everything but the weights, as JSON values."""
        return {
            "history": self.history,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "waited": self._waited,
        }

    def restore(self, state: dict[str, Any], weights: list[NDArray[Any]] | None) -> None:
        """Takes over what `state()` and `weights` were."""
        self.history = {name: list(values) for name, values in state["history"].items()}
        self.best = state["best"]
        self.best_epoch = state["best_epoch"]
        self._waited = state["waited"]
        self.weights = weights


def unscaled(optimizer: Any) -> Any:
    """Returns the optimizer itself, without what scales its losses."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def better(new: float, old: float | None, direction: str) -> bool:
    """Returns whether a score is better than another; NaN is better than nothing and no number."""
    if np.isnan(new):
        return False
    if old is None or np.isnan(old):
        return True
    return new < old if direction == "min" else new > old
