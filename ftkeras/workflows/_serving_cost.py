"""What it costs to answer: latency and memory of each model, measured in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _spans
from ftkeras.workflows._contestants import Contestant

_EXAMPLES = 64
_SECONDS = 900
_PROGRAM = "ftkeras.workflows._serving_program"
_METHOD = (
    "load(run_dir).predict on raw inputs, preprocessing included; median and quartiles of single "
    "predictions after warm-up; peak memory of a process of its own"
)


def serving_costs(
    contestants: Sequence[Contestant],
    trust: Sequence[str] = (),
    told: Callable[..., Any] = lambda *_: None,
) -> dict[str, dict[str, Any]]:
    """Returns what answering costs with each model of one data set, by its name.

    Each finished run that holds its model answers the same test examples, one by one and 32 at a
    time, in a process of its own: first loaded and warmed up, then timed. Its entry says
    `batches` (size -> `milliseconds`, the quartiles `low` and `high`, `repeats` and
    `peak_mebibytes`), `loading_seconds`, `framework_mebibytes` (what is held before the model is
    loaded), `device`, `cores` and `method`. For all others `not_measured` says why.

    Args:
        contestants: Models that answered the same examples.
        trust: SHA-256 of SavedModels that may run.
        told: Called with how many are done, how many there are, and a name.
    """
    known: dict[str, Dataset | str] = {}
    found = {}
    for done, one in enumerate(contestants, start=1):
        found[one.name] = _of_one(one, known, trust)
        told(done, len(contestants), one.name)
    return found


def flat(found: Mapping[str, Any]) -> dict[str, float]:
    """Returns the figures that stand beside parameters and seconds on a leaderboard.

    Example:
        >>> each = {"milliseconds": 8.0, "peak_mebibytes": 700.0}
        >>> flat({"batches": {"1": each, "32": {"milliseconds": 64.0, "peak_mebibytes": 720.0}}})
        {'latency_milliseconds': 8.0, 'batch_milliseconds': 64.0, 'peak_mebibytes': 720.0}
    """
    if "batches" not in found:
        return {}
    single, batch = found["batches"]["1"], found["batches"]["32"]
    return {
        "latency_milliseconds": single["milliseconds"],
        "batch_milliseconds": batch["milliseconds"],
        "peak_mebibytes": batch["peak_mebibytes"],
    }


def _of_one(
    one: Contestant, known: dict[str, Dataset | str], trust: Sequence[str]
) -> dict[str, Any]:
    if one.directory is None or one.record is None:
        return {"not_measured": "a file of predictions holds no model"}
    if not (one.directory / "model.keras").exists():
        return {"not_measured": "the run directory holds no model"}
    source = str(one.record.config.get("data", ""))
    if source not in known:
        known[source] = _read(source, one.record)
    data = known[source]
    if isinstance(data, str):
        return {"not_measured": data}
    inputs = _asked(data, one.predictions.ids)
    if not inputs:
        return {"not_measured": f"{source} no longer holds its test examples"}
    return _measured(one.directory, inputs, trust)


def _read(source: str, record: RunRecord) -> Dataset | str:
    """The data of a run, or why they cannot be read."""
    try:
        call = _spans.source_call(call_string.parse(source), Call(record.task["name"]))
        data: Dataset = catalog.build("data/sources", call)
    except UserError as error:
        return f"its data cannot be read: {str(error)[:200]}"
    return data


def _asked(data: Dataset, ids: NDArray[np.str_]) -> list[Any]:
    """The raw inputs of the first ids: in the order of digests, so as good as drawn at random."""
    row_of = {str(id_): row for row, id_ in enumerate(data.ids)}
    rows = [row_of[str(id_)] for id_ in ids if str(id_) in row_of]
    return [data.inputs[row] for row in rows[:_EXAMPLES]]


def _measured(run_dir: Path, inputs: list[Any], trust: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        arrays: dict[str, NDArray[Any]] = {}
        question = {
            "run_dir": str(run_dir),
            "trust": list(trust),
            "inputs": [_written(value, arrays) for value in inputs],
        }
        (directory / "question.json").write_text(json.dumps(question), encoding="utf-8")
        np.savez(directory / "arrays.npz", **arrays)  # type: ignore[arg-type]
        command = [sys.executable, "-m", _PROGRAM, name]
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return {"not_measured": f"it took more than {_SECONDS} seconds"}
        figures = directory / "figures.json"
        if ended.returncode or not figures.exists():
            said = ended.stderr.strip().splitlines() or [f"ended with {ended.returncode}"]
            return {"not_measured": f"its model cannot be run: {said[-1][:300]}"}
        found = json.loads(figures.read_text(encoding="utf-8"))
    return {**found, "cores": _cores(), "method": _METHOD}


def _written(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """An input as JSON; arrays go into a file of arrays."""
    if isinstance(value, np.ndarray):
        name = f"input_{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Mapping):
        return {"fields": {str(key): _written(item, arrays) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_written(item, arrays) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1
