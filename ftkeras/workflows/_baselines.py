"""What the model must beat, fitted on the same training part."""

from collections.abc import Callable
from typing import Any

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.records.predictions import Predictions
from ftkeras.workflows import _judgement, _predictions
from ftkeras.workflows._prepared_data import PreparedData


def predict(
    data: PreparedData, seed: int, step: Callable[[str, str], Callable[..., Any]]
) -> dict[str, Predictions]:
    """Fits every baseline that can read this modality; returns its predictions by name.

    Args:
        data: The data of the run.
        seed: Seed of the run.
        step: Called with a name and a unit when something long begins.
    """
    train, labels = data.parts["train"], data.labels["train"]
    baselines = {
        name: catalog.build("baselines", Call(name)) for name in catalog.names("baselines")
    }
    fitting = {
        name: baseline
        for name, baseline in baselines.items()
        if train.modality in baseline.modalities
    }
    progress = step("Baselines", "baselines")
    found = {}
    for done, (name, baseline) in enumerate(fitting.items(), start=1):
        fitted = baseline.fit(train, labels, data.num_classes, seeds.child(seed, name))
        logits = {part: fitted(data.parts[part]) for part in _judgement.JUDGED}
        found[name] = _predictions.assemble(data, logits)
        progress(done, len(fitting), name)
    return found
