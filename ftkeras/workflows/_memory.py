"""How much memory a model takes: its weights, and what passes and training steps add."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.memory_use import BATCH, MemoryUse, PassMemory
from ftkeras.message import Message, message
from ftkeras.training import feature_batches
from ftkeras.workflows import _memory_meter, _memory_program

_SECONDS = 120
_PROGRAM = "ftkeras.workflows._memory_program"
_STAGES = {"one": 1, "many": BATCH, "training": BATCH}
NOT_ASKED = message("not asked for")


class Probe:
    """Measures models: on the CPU in a process of its own each, which starts at once.

    So the process can start its framework while the model is still being loaded here. On an
    accelerator, whose memory this process may hold already, a second copy of the model is measured
    here by what the backend says.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> with Probe() as probe:
        ...     pass
    """

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
        self._process: subprocess.Popen[bytes] | None = None
        if feature_batches.device() == "cpu":
            self._process = subprocess.Popen(
                [sys.executable, "-m", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
            )

    def __enter__(self) -> Self:
        """Returns itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._log.close()

    def measured(self, model: keras.Model, arrays: Mapping[str, NDArray[Any]]) -> MemoryUse:
        """Returns what a model takes, the first time it is called; it can be called once.

        Args:
            model: A functional model; it stays as it is.
            arrays: One example or more of what it takes, by name. Batches are made of repeats.
        """
        with tempfile.TemporaryDirectory(prefix="ftkeras-memory-") as name:
            directory = Path(name)
            refused = _written(directory, model, arrays)
            if not refused:
                refused = _here(directory) if self._process is None else self._asked(directory)
            figures = directory / _memory_program.FIGURES
            if not figures.exists():
                return unmeasured(model, refused)
            return _read(json.loads(figures.read_text(encoding="utf-8")), refused)

    def _asked(self, directory: Path) -> str:
        """Has the process measure; returns why it did not end well, if so."""
        process = self._process
        assert process is not None  # noqa: S101 - for the type checker
        try:
            process.communicate(f"{directory}\n".encode(), timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return message("it took more than {seconds} seconds", seconds=_SECONDS)
        if process.returncode == -signal.SIGKILL:
            return message("the system ended it, most likely for want of memory")
        if process.returncode:
            return message("it failed: {error}", error=self._said() or str(process.returncode))
        done = (directory / _memory_program.FIGURES).exists()
        return "" if done else message("it failed: {error}", error=self._said() or "no figures")

    def _said(self) -> str:
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").strip().splitlines()
        return said[-1][:300] if said else ""


def unmeasured(model: keras.Model, why: str = NOT_ASKED) -> MemoryUse:
    """Returns the size of the weights, with the reason why nothing else is known.

    Args:
        model: A functional model.
        why: The reason.
    """
    size = _memory_program.size_of(model.weights)
    trained = _memory_program.size_of(model.trainable_weights)
    one, many, training = (PassMemory(batch, missing=why) for batch in _STAGES.values())
    return MemoryUse(size, trained, feature_batches.device(), None, one, many, training)


def _here(directory: Path) -> str:
    """Measures in this process; returns why that did not end well, if so."""
    try:
        _memory_program.measure(directory, _memory_meter.meter())
    except Exception as error:  # noqa: BLE001 - each backend has its own for want of memory
        first = (str(error).strip().splitlines() or [""])[0]
        return message("it failed: {error}", error=f"{type(error).__name__}: {first}"[:300])
    return ""


def _written(directory: Path, model: keras.Model, arrays: Mapping[str, NDArray[Any]]) -> str:
    """Writes what the program reads; returns why it could not, if so."""
    needed = 1.1 * _memory_program.size_of(model.weights)
    if shutil.disk_usage(directory).free < needed:
        return message("no room for a copy of the model in {directory}", directory=directory.parent)
    try:
        model.save(directory / _memory_program.MODEL)
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        return message("the model cannot be saved: {error}", error=str(error)[:300])
    texts = {name: x.astype("U") if x.dtype == object else x for name, x in arrays.items()}
    np.savez(directory / _memory_program.ARRAYS, **texts)  # type: ignore[arg-type]
    return ""


def _read(found: dict[str, Any], refused: str) -> MemoryUse:
    about = {name: value for name, value in found.items() if name not in _STAGES}
    stages = {name: _stage(found.get(name), batch, refused) for name, batch in _STAGES.items()}
    return MemoryUse.read({**about, **stages})


def _stage(figures: dict[str, Any] | None, batch: int, refused: str) -> dict[str, Any]:
    if figures is None:
        return {"batch": batch, "missing": refused}
    if "missing" in figures:
        return {"batch": batch, "missing": _reason(figures["missing"])}
    return {"batch": batch, **figures}


def _reason(code: str) -> Message:
    return {
        "slow": message("a batch takes too long here"),
        "frozen": message("it can only be used frozen"),
        "room": message("gradients and the means of Adam alone are more than the free memory"),
        "hidden": message("less than loading took for a moment, so it cannot be seen"),
    }[code]
