"""Exact resume: all that decides how training goes on, on disk, while it runs."""

import json
import shutil
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.records import atomic
from ftkeras.training.best_epoch import BestEpoch
from ftkeras.training.weight_average import WeightAverage

Arrays = dict[str, list[NDArray[Any]]]

# Saving takes at most this share of the time, and short runs never save.
_SHARE = 0.02
_SECONDS_AT_LEAST = 10.0


@dataclass(frozen=True)
class Position:
    """Where training stands, between two steps.

    Args:
        epoch: The epoch, counted from 0.
        step: Steps of it that are done.
    """

    epoch: int = 0
    step: int = 0


@dataclass(frozen=True)
class State:
    """What was saved.

    Args:
        about: JSON values: `position`, `best_epoch`, `spent`, and whatever else the owner saved.
        arrays: `model`, `optimizer`, `metrics`, `best` (absent until an epoch has ended), and
            whatever else the owner saved.
    """

    about: dict[str, Any]
    arrays: Arrays

    @property
    def position(self) -> Position:
        """Where training stood."""
        return Position(**self.about["position"])


class Checkpoint:
    """One saved state in a directory of its own: replaced as a whole, never half-written.

    Args:
        directory: Made by the first save; holds nothing else.
        key: What decides the run's numbers. A state that was saved under another key is no state.
        seconds: Least time between two saves; `None` lets saving take 2% of the time.

    Attributes:
        spent: Returns what this process has spent until now: name of a step -> seconds.
        spent_before: What processes before it spent until the state that was loaded.

    Example:
        >>> import tempfile
        >>> checkpoint = Checkpoint(Path(tempfile.mkdtemp()) / "work", key="a")
        >>> checkpoint.save({"position": {"epoch": 1, "step": 2}}, {"model": [np.zeros(3)]})
        >>> checkpoint.load().position
        Position(epoch=1, step=2)
        >>> Checkpoint(checkpoint.directory, key="b").load() is None
        True
    """

    def __init__(self, directory: Path, key: str, seconds: float | None = None) -> None:
        self.directory = directory
        self.key = key
        self._seconds = seconds
        self._last = time.monotonic()
        self._took = 0.0
        self.spent: Callable[[], dict[str, float]] = dict
        self.spent_before: dict[str, float] = {}

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        wait = self._seconds
        if wait is None:
            wait = max(_SECONDS_AT_LEAST, self._took / _SHARE)
        return time.monotonic() - self._last >= wait

    def save(self, about: dict[str, Any], arrays: Arrays) -> None:
        """Replaces the saved state.

        Args:
            about: JSON values; `position` among them.
            arrays: Lists of arrays by name.
        """
        started = time.monotonic()
        self.directory.mkdir(parents=True, exist_ok=True)
        flat: dict[str, Any] = {
            f"{name}/{index}": array
            for name, listed in arrays.items()
            for index, array in enumerate(listed)
        }
        counts = {name: len(listed) for name, listed in arrays.items()}
        spent = self.spent()
        for name, seconds in self.spent_before.items():
            spent[name] = spent.get(name, 0.0) + seconds
        about = {**about, "spent": spent}
        text = json.dumps({"key": self.key, "counts": counts, "about": about})
        flat["about"] = np.frombuffer(text.encode(), np.uint8)
        with atomic.replacing(self._path) as temporary, temporary.open("wb") as file:
            np.savez(file, **flat)
        self._last = time.monotonic()
        self._took = self._last - started

    def load(self) -> State | None:
        """Returns the saved state, or `None` when there is none of this key, or it is damaged."""
        try:
            with self._path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                content = json.loads(bytes(file["about"]))
                if content["key"] != self.key:
                    return None
                arrays = {
                    name: [file[f"{name}/{index}"] for index in range(count)]
                    for name, count in content["counts"].items()
                }
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        self.spent_before = content["about"].get("spent", {})
        return State(content["about"], arrays)

    def delete(self) -> None:
        """Removes the directory."""
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def _path(self) -> Path:
        return self.directory / "state.npz"


class SaveState(keras.callbacks.Callback):
    """Saves the state of a phase between steps, when it is time; and puts one back.

    Saved are weights, seeds of dropout, the optimizer's variables, the sums of the metrics and of
    averaged weights, the position, and what the best epoch was. Two runs of which one was
    interrupted end with the same bits.

    Args:
        checkpoint: Where to.
        best: The callback that knows the best epoch; it stands before this one.
        steps: Steps an epoch.
        beside: Returns what else is to be saved: JSON values and arrays.
        start: The state to go on from.
        average: The callback that averages weights, if any; it stands before this one.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        best: BestEpoch,
        steps: int,
        beside: Callable[[], tuple[dict[str, Any], Arrays]],
        start: State | None = None,
        average: WeightAverage | None = None,
    ) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.best = best
        self.steps = steps
        self.beside = beside
        self.average = average
        self._resumed: State | None = start
        self._epoch = 0
        self._skipped = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the sums of the metrics back, in the epoch that was interrupted."""
        self._epoch, self._skipped = epoch, 0
        if self._resumed is not None:
            self._skipped = self._resumed.position.step
            if self._skipped:
                put_back(self.model.metrics_variables, self._resumed.arrays["metrics"])
            self._resumed = None

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Saves when it is time; the end of an epoch is saved with its validation."""
        done = self._skipped + batch + 1
        if done < self.steps and self.checkpoint.due:
            self._save(Position(self._epoch, done))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Saves when it is time."""
        if self.checkpoint.due:
            self._save(Position(epoch + 1, 0))

    def _save(self, position: Position) -> None:
        model = self.model
        about, arrays = self.beside()
        arrays = {
            **arrays,
            "model": values(model.variables),
            "optimizer": values(model.optimizer.variables),
            "metrics": values(model.metrics_variables),
        }
        if self.best.weights is not None:
            arrays["best"] = self.best.weights
        if self.average is not None and self.average.count:
            arrays["average"] = self.average.sums
            about = {**about, "averaged": self.average.count}
        place = {"epoch": position.epoch, "step": position.step}
        self.checkpoint.save({**about, "position": place, "best_epoch": self.best.state()}, arrays)


def values(variables: Sequence[keras.Variable]) -> list[NDArray[Any]]:
    """Returns what variables hold; bfloat16, which NumPy's files lack, as float32."""
    found = [np.array(variable.numpy()) for variable in variables]
    return [array.astype("float32") if array.dtype == "bfloat16" else array for array in found]


def put_back(variables: Sequence[keras.Variable], saved: Sequence[NDArray[Any]]) -> None:
    """Assigns saved values; raises `ValueError` unless they fit one by one."""
    for variable, value in zip(variables, saved, strict=True):
        variable.assign(value)
