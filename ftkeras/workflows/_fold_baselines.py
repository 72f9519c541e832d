"""What the model must beat, cross-validated on the same folds."""

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.input_parts import parts_of
from ftkeras.training.recipe import Step
from ftkeras.workflows import _baseline_sample
from ftkeras.workflows._finished_folds import FinishedFolds
from ftkeras.workflows._fold_data import FoldData

Features = Callable[[int], NDArray[np.float32] | None]


def logits(
    data: FoldData, features: Features, seed: int, finished: FinishedFolds, step: Step
) -> dict[str, NDArray[np.float32]]:
    """Returns `(repeats, examples, outputs)` out-of-fold answers of each baseline.

    A baseline is fitted on all that is not tested: it needs no validation part, and gives none
    away. Of more than it can take it is fitted on a sample, as `told` says.

    Args:
        data: The data.
        features: Number of a fold -> `(examples, ...)` what its frozen backbone says of each
            example; `None` where there is nothing that a baseline could read.
        seed: Seed of the run.
        finished: Where finished folds are kept.
        step: Begins a step that a person sees.
    """
    built = {name: catalog.build("baselines", Call(name)) for name in catalog.names("baselines")}
    fitting = {
        name: (baseline, modality)
        for name, baseline in built.items()
        if data.task.kind in baseline.kinds
        for modality in reversed(_views(data, features(0)))
        if modality in baseline.modalities
    }
    found: dict[str, NDArray[np.float32]] = {}
    used, test = data.mask("train") | data.mask("validation"), data.mask("test")
    progress, total = step("Baselines", "fits"), len(fitting) * len(data.splits)
    for number in range(len(data.splits)):
        rows, held = np.flatnonzero(used[number]), np.flatnonzero(test[number])
        views = _views(data, features(number))
        for place, (name, (baseline, modality)) in enumerate(fitting.items(), start=1):
            kept = finished.get(f"{name}/{number}")
            if kept is None:
                dataset = views[modality]
                chosen = _baseline_sample.rows(name, len(rows))
                some = rows if chosen is None else rows[chosen]
                answer = baseline.fit(
                    dataset.take(rows) if chosen is None else _baseline_sample.taken(dataset, some),
                    data.labels[some],
                    data.num_classes,
                    seeds.child(seed, f"{name}/{number}"),
                )
                logits = _baseline_sample.answers(answer, dataset.take(held))
                kept = {"logits": data.as_wide(logits)}
                finished.put(f"{name}/{number}", **kept)
            shape = (data.repeats, len(data), *kept["logits"].shape[1:])
            found.setdefault(name, np.zeros(shape, "float32"))
            found[name][number // data.folds, held] = kept["logits"]
            progress(number * len(fitting) + place, total, name)
    return found


def told(data: FoldData) -> FoldData:
    """Returns the data with a note that names baselines which are fitted on fewer examples."""
    fitted_on = min(len(split.train) + len(split.validation) for split in data.splits)
    notes = _baseline_sample.note(data.examples, fitted_on, data.task.kind)
    return dataclasses.replace(data, findings=[*data.findings, *notes])


def _views(data: FoldData, features: NDArray[np.float32] | None) -> dict[str, Dataset]:
    """Returns modality -> the examples as a baseline that reads it sees them."""
    views = {data.examples.modality: data.examples}
    if features is not None:
        flat = features.reshape(len(features), -1)
        views["features"] = dataclasses.replace(data.examples, modality="features", inputs=flat)
    return views | parts_of(data.examples)
