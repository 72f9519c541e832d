"""A process of its own that loads one finished run and times its answers.

Started as `python -m ftkeras.workflows._serving_program` by `_serving_cost`, which writes what to
answer beside where the figures go. Nothing else runs in it: its peak memory is that of one model.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ftkeras.training.fine_tuned import load

BATCHES = (1, 32)
_BATCHES_OF_EACH = {1: 16, 32: 2}
_WARM_UPS = 2
_REPEATS = 48
_FEWEST = 6
_SECONDS = 20.0
_MEBIBYTE = 2**20


def main(directory: Path) -> None:
    """Times the answers of a run and writes the figures.

    Args:
        directory: Holds `question.json` (`run_dir`, `trust`, `inputs`), `arrays.npz` with the
            inputs that are arrays, and afterwards `figures.json`.
    """
    question = json.loads((directory / "question.json").read_text(encoding="utf-8"))
    inputs = _inputs(question["inputs"], directory / "arrays.npz")
    framework = peak_mebibytes()
    started = time.perf_counter()
    fine_tuned = load(question["run_dir"], trusted=question["trust"])
    loading = time.perf_counter() - started
    found: dict[str, Any] = {
        "backend": keras.backend.backend(),
        "device": device(),
        "loading_seconds": round(loading, 3),
        "framework_mebibytes": framework,
        "examples": len(inputs),
        "batches": {},
    }
    for size in BATCHES:
        batches = batches_of(inputs, size, _BATCHES_OF_EACH[size])
        times = timed(
            lambda batch, size=size: fine_tuned.predict(batch, batch_size=size),  # type: ignore[misc]
            batches,
        )
        low, median, high = np.quantile(times, (0.25, 0.5, 0.75)) * 1000
        found["batches"][str(size)] = {
            "milliseconds": round(float(median), 4),
            "low": round(float(low), 4),
            "high": round(float(high), 4),
            "repeats": len(times),
            "peak_mebibytes": peak_mebibytes(),
        }
    accelerator = accelerator_mebibytes()
    if accelerator is not None:
        found["accelerator_mebibytes"] = accelerator
    (directory / "figures.json").write_text(json.dumps(found), encoding="utf-8")


def batches_of(inputs: Sequence[Any], size: int, most: int) -> list[list[Any]]:
    """Returns at most so many batches of exactly `size` inputs, from the start again if need be.

    Example:
        >>> batches_of([1, 2, 3], 2, most=2), batches_of([1, 2, 3], 4, most=2)
        ([[1, 2], [3, 1]], [[1, 2, 3, 1]])
    """
    count = max(1, min(most, -(-len(inputs) // size)))
    rows = [inputs[row % len(inputs)] for row in range(count * size)]
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def timed(answer: Callable[[Any], Any], batches: Sequence[Any]) -> list[float]:
    """Returns the seconds of single predictions, batch after batch, after warm-up.

    Every batch is answered twice before the clock runs, so that nothing is compiled under it.

    Args:
        answer: What is timed.
        batches: What it is given, one at a time and in turn.
    """
    for _ in range(_WARM_UPS):
        for batch in batches:
            answer(batch)
    found: list[float] = []
    until = time.perf_counter() + _SECONDS
    while len(found) < _REPEATS:
        batch = batches[len(found) % len(batches)]
        started = time.perf_counter()
        answer(batch)
        found.append(time.perf_counter() - started)
        if len(found) >= _FEWEST and time.perf_counter() > until:
            break
    return found


def peak_mebibytes() -> float:
    """Returns the most memory that this process has held until now, in MiB.

    On Linux from `VmHWM`: `getrusage` may say there what the parent held when it started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        held = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))
        if held:
            return round(int(held[1]) * 1024 / _MEBIBYTE, 1)
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MEBIBYTE, 1)


def device() -> str:
    """Returns what the model runs on, as Keras names it without its number: `cpu`, `gpu`."""
    devices = keras.distribution.list_devices()
    return str(devices[0]).partition(":")[0].lower() if devices else "cpu"


def accelerator_mebibytes() -> float | None:
    """Returns the most memory held on a GPU or TPU, in MiB; `None` where there is none."""
    if device() == "cpu":
        return None
    if keras.backend.backend() == "jax":
        import jax

        held = (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")
    else:
        import tensorflow as tf

        held = tf.config.experimental.get_memory_info("GPU:0")["peak"]
    return None if held is None else round(held / _MEBIBYTE, 1)


def _inputs(written: Sequence[Any], arrays: Path) -> list[Any]:
    with np.load(arrays, allow_pickle=False) as stored:
        kept = {name: stored[name] for name in stored.files}

    def read(value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"array"}:
            return kept[value["array"]]
        if isinstance(value, dict):
            return {name: read(item) for name, item in value["fields"].items()}
        return tuple(read(item) for item in value) if isinstance(value, list) else value

    return [read(value) for value in written]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
