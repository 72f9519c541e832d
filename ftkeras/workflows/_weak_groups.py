"""Groups of similar examples that the model fails on, by the features of the frozen backbone."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import Task
from ftkeras.records.predictions import Predictions
from ftkeras.statistics.typical_terms import typical_terms
from ftkeras.statistics.weak_clusters import FeatureCluster, confirm, weak_clusters
from ftkeras.workflows import _outcomes

_SMALLEST = 30
_EXAMPLES = 3
_OF_FEATURES = ("classes", "labels", "numbers")  # an input of these is one point in feature space
# Groups are looked for among the first of each part; more take memory and find no others.
_MOST = 50_000


def weak_groups(
    model: Predictions,
    task: Task,
    features: Mapping[str, NDArray[Any]],
    validation: Dataset,
    seed: int,
) -> dict[str, Any] | None:
    """Returns the weak groups found on validation and confirmed on test, as JSON for the record.

    Each has the figures of a `SliceDifference`, `terms` (words that its texts hold more often than
    others; none for images) and `examples` (ids of the most typical ones of validation). `None`
    where an example is not one point among features, or not answered by one number.

    Args:
        model: Predictions on validation and test, in the order of the features.
        task: How logits are read.
        features: Part -> `(examples, ..., features)` what the frozen backbone says.
        validation: The examples of validation, in the same order.
        seed: Seed of the search and of permutations.
    """
    if task.kind not in _OF_FEATURES:
        return None
    parts = {name: model.part(name) for name in ("validation", "test")}
    if any(len(features[name]) != len(rows) for name, rows in parts.items()):
        raise ValueError(
            "Expected features of every answered example. Received: "
            f"{ {name: (len(features[name]), len(rows)) for name, rows in parts.items()} }."
        )
    parts = {name: rows.take(np.arange(len(rows))[:_MOST]) for name, rows in parts.items()}
    flat = {name: _flat(features[name][:_MOST]) for name in parts}
    earlier, later = (_outcomes.outcome(task, parts[name]) for name in ("validation", "test"))
    if earlier is None or later is None:
        return None
    way = later.direction
    candidates = weak_clusters(
        earlier.values, flat["validation"], direction=way, smallest=_SMALLEST, seed=seed
    )
    confirmed = confirm(
        candidates, later.values, flat["test"], direction=way, smallest=_SMALLEST, seed=seed
    )
    return {
        "score": later.score,
        "direction": way,
        "num_units": len(parts["test"]),
        "num_candidates": len(candidates),
        "weak": [
            {**dataclasses.asdict(found), **_described(cluster, flat["validation"], validation)}
            for cluster, found in confirmed
        ],
    }


def _flat(features: NDArray[Any]) -> NDArray[Any]:
    """One vector an example: the mean over positions, where there are any."""
    middle = tuple(range(1, features.ndim - 1))
    return features.mean(axis=middle) if middle else features


def _described(
    cluster: FeatureCluster, features: NDArray[Any], validation: Dataset
) -> dict[str, Any]:
    terms: list[str] = []
    if validation.modality == "text":
        terms = typical_terms(
            validation.inputs[: len(features)].tolist(), cluster.members(features)
        )
    rows = cluster.typical(features, _EXAMPLES)
    return {"terms": terms, "examples": [str(validation.ids[row]) for row in np.asarray(rows)]}
