"""How much memory is held, now and at most while something runs."""

import ctypes
import gc
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import keras

from ftkeras.training import feature_batches

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"  # the kernel's word for it, see proc(5)


class Meter(Protocol):
    """Reads the memory of the device that Keras computes on."""

    at_least: bool
    """Whether what it reads may be too little."""

    def held(self) -> int:
        """Returns the bytes held now, with what is free given back first."""

    def peak(self, run: Callable[[], Any]) -> int | None:
        """Returns the most bytes held while something runs; `None` where that cannot be seen."""


class ProcessMeter:
    """The memory of this process, its program pages left out where the system tells them apart.

    Where it cannot forget the largest memory of earlier (anything but Linux, and containers that
    forbid it), `held` and `peak` are the largest until then: what loading took for a moment hides
    as much of what passes take.
    """

    def __init__(self) -> None:
        self.at_least = not _forgets_peak()

    def held(self) -> int:
        """Returns the bytes held now, with what is free given back first."""
        _give_back()
        return self._highest() if self.at_least else _status("RssAnon")

    def peak(self, run: Callable[[], Any]) -> int | None:
        """Returns the most bytes held while something runs."""
        _give_back()
        if not self.at_least:
            _forgets_peak()
        run()
        return self._highest()

    def _highest(self) -> int:
        if _STATUS.exists():
            return _status("VmHWM") - _status("RssFile")
        unit = 1 if sys.platform == "darwin" else 1024  # Linux counts in kibibytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class TensorFlowMeter:
    """What TensorFlow's allocator says of one accelerator.

    Args:
        device: `gpu` or `tpu`.
    """

    at_least = False

    def __init__(self, device: str) -> None:
        self._device = f"{device.upper()}:0"

    def held(self) -> int:
        """Returns the bytes held now."""
        gc.collect()
        return self._info()["current"]

    def peak(self, run: Callable[[], Any]) -> int | None:
        """Returns the most bytes held while something runs."""
        import tensorflow as tf  # only this backend has it for certain

        tf.config.experimental.reset_memory_stats(self._device)
        run()
        return self._info()["peak"]

    def _info(self) -> dict[str, int]:
        import tensorflow as tf  # only this backend has it for certain

        found: dict[str, int] = tf.config.experimental.get_memory_info(self._device)
        return found


class JaxMeter:
    """What JAX says of the first accelerator; it forgets no peak, so only higher ones are seen."""

    at_least = False

    def held(self) -> int:
        """Returns the bytes held now."""
        gc.collect()
        return self._stats()["bytes_in_use"]

    def peak(self, run: Callable[[], Any]) -> int | None:
        """Returns the most bytes held while something runs, if never so many were before."""
        before = self._stats()["peak_bytes_in_use"]
        run()
        after = self._stats()["peak_bytes_in_use"]
        return after if after > before else None

    def _stats(self) -> dict[str, int]:
        import jax  # only this backend has it for certain

        found: dict[str, int] = jax.local_devices()[0].memory_stats()
        return found


def meter() -> Meter:
    """Returns what reads the memory of the device that Keras computes on."""
    device = feature_batches.device()
    if device == "cpu":
        return ProcessMeter()
    return JaxMeter() if keras.backend.backend() == "jax" else TensorFlowMeter(device)


def resident_bytes() -> int | None:
    """Returns all memory of this process, program pages included; `None` where nobody tells."""
    return _status("VmRSS") if _STATUS.exists() else None


def free_bytes() -> int | None:
    """Returns the memory that the machine could still give; `None` where nobody tells."""
    told = Path("/proc/meminfo")
    return _kilobytes(told, "MemAvailable") if told.exists() else None


def _status(name: str) -> int:
    return _kilobytes(_STATUS, name)


def _kilobytes(file: Path, name: str) -> int:
    text = file.read_text(encoding="ascii", errors="replace")
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _forgets_peak() -> bool:
    try:
        _RESET.write_text(_FORGET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


def _give_back() -> None:
    """Hands free pages back to the system, where the C library can: they would hide new ones."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
