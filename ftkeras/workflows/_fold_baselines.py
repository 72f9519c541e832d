"""What the model must beat, cross-validated on the same folds."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.data.input_parts import parts_of
from ftkeras.training.recipe import Step
from ftkeras.workflows._finished_folds import FinishedFolds
from ftkeras.workflows._fold_data import FoldData


def logits(
    data: FoldData, features: NDArray[np.float32], seed: int, finished: FinishedFolds, step: Step
) -> dict[str, NDArray[np.float32]]:
    """Returns `(repeats, examples, outputs)` out-of-fold answers of each baseline.

    A baseline is fitted on all that is not tested: it needs no validation part, and gives none
    away.

    Args:
        data: The data.
        features: `(examples, ...)` what the frozen backbone says of each example.
        seed: Seed of the run.
        finished: Where finished folds are kept.
        step: Begins a step that a person sees.
    """
    flat = features.reshape(len(features), -1)
    on_features = dataclasses.replace(data.examples, modality="features", inputs=flat)
    read = {dataset.modality: dataset for dataset in (data.examples, on_features)}
    read |= parts_of(data.examples)
    built = {name: catalog.build("baselines", Call(name)) for name in catalog.names("baselines")}
    fitting = {
        name: (baseline, dataset)
        for name, baseline in built.items()
        for modality, dataset in reversed(read.items())
        if modality in baseline.modalities
    }
    outputs = data.task.num_outputs(data.num_classes)
    found = {name: np.zeros((data.repeats, len(data), outputs), "float32") for name in fitting}
    used, test = data.mask("train") | data.mask("validation"), data.mask("test")
    progress, total = step("Baselines", "fits"), len(fitting) * len(data.splits)
    for number in range(len(data.splits)):
        rows, held = np.flatnonzero(used[number]), np.flatnonzero(test[number])
        for place, (name, (baseline, dataset)) in enumerate(fitting.items(), start=1):
            kept = finished.get(f"{name}/{number}")
            if kept is None:
                answer = baseline.fit(
                    dataset.take(rows),
                    data.labels[rows],
                    data.num_classes,
                    seeds.child(seed, f"{name}/{number}"),
                )
                kept = {"logits": answer(dataset.take(held))}
                finished.put(f"{name}/{number}", **kept)
            found[name][number // data.folds, held] = kept["logits"]
            progress(number * len(fitting) + place, total, name)
    return found
