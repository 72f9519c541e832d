"""A process of its own that loads one model and measures the memory of its passes.

Started as `python -m ftkeras.workflows._memory_program` by `_memory`, which then writes the name of
a directory to its standard input. Until that comes it starts the framework.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.contracts.memory_use import BATCH
from ftkeras.records import atomic
from ftkeras.training import feature_batches
from ftkeras.workflows import _memory_meter
from ftkeras.workflows._memory_meter import Meter

MODEL, ARRAYS, FIGURES = "model.keras", "arrays.npz", "figures.json"
_SECONDS = 10.0
# From smaller batches no line can be drawn: what is kept from pass to pass would tilt it.
_SMALLEST = 8
# A step goes forward, and backward at about twice the cost.
_TRAINING = 3
_CALLS = 3


class Passes:
    """Measures passes of batches of growing size.

    Args:
        run: Takes a batch through the model.
        rows: Number of examples -> a batch of so many.
        meter: Reads the memory.
        base: Bytes held before the first pass.
    """

    def __init__(
        self, run: Callable[[Any], Any], rows: Callable[[int], Any], meter: Meter, base: int
    ) -> None:
        self._run = run
        self._rows = rows
        self._meter = meter
        self._base = base
        self.seconds = 0.0

    def added(self, count: int) -> int | None:
        """Returns what a batch adds at most, once graphs are made; keeps the time it took."""
        batch = self._rows(count)
        self._run(batch)
        found = []
        for _ in range(_CALLS - 1):
            wall, own = time.perf_counter(), time.process_time()
            found.append(self._meter.peak(lambda: self._run(batch)))
            # On many cores the one is less, on a busy machine the other.
            self.seconds = min(time.perf_counter() - wall, time.process_time() - own)
        known = [each for each in found if each is not None]
        return max(0, max(known) - self._base) if known else None

    def batch(self, count: int, one: int | None, seconds: float) -> dict[str, Any]:
        """Returns what a batch adds, by a line through a smaller one where it would take too long.

        Args:
            count: Its size.
            one: What one example adds, if that is known already.
            seconds: What one example is expected to take.
        """
        size = affordable(seconds, count)
        if size < min(count, _SMALLEST):
            return {"missing": "slow"}
        if size == count:
            return told(self.added(count), count)
        first = self.added(1) if one is None else one
        found = self.added(size)
        if affordable(self.seconds / size, count) == count:  # one example was mostly the call
            return told(self.added(count), count)
        if first is None or found is None:
            return {"missing": "hidden"}
        return told(round(first + (found - first) / (size - 1) * (count - 1)), size)


def told(found: int | None, size: int) -> dict[str, Any]:
    """Returns a figure as it is written."""
    return {"missing": "hidden"} if found is None else {"added_bytes": found, "from_batch": size}


def affordable(seconds: float, most: int) -> int:
    """Returns the largest batch, halved from `most`, that ten seconds are enough for.

    Example:
        >>> affordable(0.01, 32), affordable(0.5, 32), affordable(60.0, 32)
        (32, 4, 1)
    """
    while most > 1 and _CALLS * most * seconds > _SECONDS:
        most //= 2
    return most


def measure(directory: Path, meter: Meter, framework: int | None = None) -> dict[str, Any]:
    """Loads a model and measures it; each figure is written as soon as it is known.

    Args:
        directory: Holds the model and the arrays of a batch, and afterwards the figures.
        meter: Reads the memory.
        framework: What the process held before.
    """
    model = _load(directory / MODEL)
    arrays = _arrays(directory / ARRAYS)
    model.trainable = True
    found: dict[str, Any] = {
        "device": feature_batches.device(),
        "framework_bytes": framework,
        "weight_bytes": size_of(model.weights),
        "trained_bytes": size_of(model.trainable_variables),
        "at_least": meter.at_least,
    }

    def rows(count: int) -> Any:
        taken = {name: np.resize(x, (count, *x.shape[1:])) for name, x in arrays.items()}
        return taken if isinstance(model.input, dict) else next(iter(taken.values()))

    def known(stage: str, figures: dict[str, Any]) -> None:
        found[stage] = figures
        with atomic.replacing(directory / FIGURES) as temporary:
            temporary.write_text(json.dumps(found), encoding="utf-8")

    base = meter.held()
    answering = Passes(model.predict_on_batch, rows, meter, base)
    one = answering.added(1)
    known("one", told(one, 1))
    each = answering.seconds
    known("many", answering.batch(BATCH, one, each))
    if found["many"].get("from_batch"):
        each = answering.seconds / found["many"]["from_batch"]
    known("training", _training(model, rows, meter, base, each))
    return found


def _training(
    model: keras.Model, rows: Callable[[int], Any], meter: Meter, base: int, each: float
) -> dict[str, Any]:
    if not model.trainable_variables:
        return {"missing": "frozen"}
    free = _memory_meter.free_bytes() if isinstance(meter, _memory_meter.ProcessMeter) else None
    if free is not None and 3 * size_of(model.trainable_variables) > free:
        return {"missing": "room"}
    # So small a rate that weights stay where they are, with all the work of a large one.
    model.compile(keras.optimizers.Adam(1e-12), loss=_square)
    model.optimizer.build(model.trainable_variables)

    def run(batch: Any) -> None:
        count = len(keras.tree.flatten(batch)[0])
        model.train_on_batch(batch, np.zeros((count, 1), "float32"))

    return Passes(run, rows, meter, base).batch(BATCH, None, _TRAINING * each)


def _square(_: Any, outputs: Any) -> Any:
    numbers = keras.ops.cast(outputs, "float32")
    return keras.ops.mean(keras.ops.square(numbers))


def size_of(variables: list[keras.Variable]) -> int:
    """Returns the bytes of variables as they are stored."""
    return sum(int(np.prod(each.shape)) * np.dtype(each.dtype).itemsize for each in variables)


def warm_up() -> None:
    """Computes and trains something of no size, so that what only the framework needs is there."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    batch = np.zeros((2, 2), "float32")
    model.predict_on_batch(batch)
    model.compile(keras.optimizers.Adam(), loss=_square)
    for _ in range(2):
        model.train_on_batch(batch, np.zeros((2, 1), "float32"))


def _load(path: Path) -> keras.Model:
    for name in catalog.names("backbones/layers"):
        catalog.find("backbones/layers", name)  # once imported, Keras can build it again
    # The process that wrote the file had loaded and trusted what is in it.
    return keras.saving.load_model(path, compile=False, safe_mode=False)


def _arrays(path: Path) -> Mapping[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as stored:
        kept = {name: stored[name] for name in stored.files}
    return {name: x.astype(object) if x.dtype.kind == "U" else x for name, x in kept.items()}


def main() -> None:
    """Waits for a directory, and measures what is in it."""
    meter = _memory_meter.meter()
    warm_up()
    asked = sys.stdin.readline().strip()
    if asked:
        meter.held()
        measure(Path(asked), meter, _memory_meter.resident_bytes())


if __name__ == "__main__":
    main()
