"""How much memory a model takes for an example while it answers."""

import re
from pathlib import Path
from typing import Any

import keras

from ftkeras.training import feature_batches

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"  # the kernel's word for it, see proc(5)


def bytes_an_example(model: keras.Model, inputs: Any) -> int | None:
    """Returns the memory that one more example takes while a batch is answered, beside the weights.

    The largest memory of the process while the whole batch is answered, less that while one example
    is, over the examples between them. So what the process holds anyway (weights, program, graph)
    falls out. Each is taken after a first answer of that size, in which graphs are made.

    Args:
        model: A functional model.
        inputs: A batch of what it takes: an array, or a dictionary of arrays; 2 examples or more.

    Returns:
        Bytes; 0 where an example takes less than can be seen. `None` where the system does not tell
        the largest memory of a stretch of a process (anything but Linux), and on accelerators,
        whose memory is not the process's.
    """
    first = keras.tree.map_structure(lambda array: array[:1], inputs)
    examples = len(keras.tree.flatten(inputs)[0])
    if examples < 2 or feature_batches.device() != "cpu":
        return None
    one, whole = (_peak(model, batch) for batch in (first, inputs))
    if one is None or whole is None:
        return None
    return max(0, whole - one) // (examples - 1)


def _peak(model: keras.Model, batch: Any) -> int | None:
    """The largest memory of this process while it answers a batch, in bytes."""
    model.predict_on_batch(batch)
    try:
        _RESET.write_text(_FORGET_PEAK, encoding="ascii")
    except OSError:
        return None
    model.predict_on_batch(batch)
    found = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text(encoding="ascii", errors="replace"))
    return int(found.group(1)) * 1024 if found else None
