"""What the model must beat, fitted on the same training part."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.input_parts import parts_of
from ftkeras.records.predictions import Predictions
from ftkeras.training.feature_rows import FeatureRows
from ftkeras.workflows import _baseline_sample, _judgement, _predictions
from ftkeras.workflows._prepared_data import PreparedData

_Step = Callable[[str, str], Callable[..., Any]]


def predict(data: PreparedData, seed: int, step: _Step) -> dict[str, Predictions]:
    """Fits every baseline that reads the raw inputs; returns its predictions by name.

    Args:
        data: The data of the run.
        seed: Seed of the run.
        step: Called with a name and a unit when something long begins.
    """
    return _fitted(data, data.parts, seed, step("Baselines", "baselines"))


def on_features(
    data: PreparedData,
    features: Mapping[str, NDArray[np.float32] | FeatureRows],
    seed: int,
    step: _Step,
) -> dict[str, Predictions]:
    """Fits every baseline on what the frozen backbone says; returns its predictions by name.

    Args:
        data: The data of the run.
        features: Part -> `(examples, features)`.
        seed: Seed of the run.
        step: Called with a name and a unit when something long begins.
    """
    parts = {
        name: dataclasses.replace(
            part,
            modality="features",
            inputs=cast("NDArray[Any]", features[name].reshape(len(part), -1)),
        )
        for name, part in data.parts.items()
    }
    return _fitted(data, parts, seed, step("Baselines on the frozen features", "baselines"))


def _fitted(
    data: PreparedData, parts: dict[str, Dataset], seed: int, progress: Callable[..., Any]
) -> dict[str, Predictions]:
    baselines = {
        name: catalog.build("baselines", Call(name)) for name in catalog.names("baselines")
    }
    # Of inputs of several parts a baseline reads the one that it can.
    views = {name: {**parts_of(part), part.modality: part} for name, part in parts.items()}
    fitting = {
        name: (baseline, readable[0])
        for name, baseline in baselines.items()
        if data.task.kind in baseline.kinds
        and (readable := [each for each in baseline.modalities if each in views["train"]])
    }
    found = {}
    for done, (name, (baseline, modality)) in enumerate(fitting.items(), start=1):
        rows = _baseline_sample.rows(name, len(data.parts["train"]))
        train, labels = views["train"][modality], data.labels["train"]
        if rows is not None:
            train, labels = _baseline_sample.taken(train, rows), labels[rows]
        fitted = baseline.fit(train, labels, data.num_classes, seeds.child(seed, name))
        logits = {
            part: _baseline_sample.answers(fitted, views[part][modality])
            for part in _judgement.JUDGED
        }
        found[name] = _predictions.assemble(data, logits)
        progress(done, len(fitting), name)
    return found
