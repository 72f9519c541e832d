"""What the record says of the labels of each part."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.task import Labels, Task
from ftkeras.workflows import _masks, _spans


def of_parts(task: Task, vocabulary: Labels, labels: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Returns `labels`, part -> name -> examples; or `numbers`, part -> target -> its range.

    Of rankings that are the ranges of how many documents a query has, and of their relevances.

    Args:
        task: The task.
        vocabulary: Names of classes, labels or targets.
        labels: Part -> encoded labels.
    """
    names = vocabulary.class_names
    if task.kind == "relevances":
        return {"labels": {}, "numbers": {part: _lists(each) for part, each in labels.items()}}
    if task.kind == "numbers":
        tables = {part: values.reshape(len(values), -1) for part, values in labels.items()}
        return {
            "labels": {},
            "numbers": {
                part: {name: _range(table[:, k]) for k, name in enumerate(names)}
                for part, table in tables.items()
            },
        }
    if task.kind == "spans":
        return {"labels": {part: _spans.label_table(each, names) for part, each in labels.items()}}
    if task.kind == "masks":
        return {"labels": {part: _masks.label_table(each, names) for part, each in labels.items()}}
    if task.kind == "boxes":
        return {"labels": {part: _objects(names, each) for part, each in labels.items()}}
    return {
        "labels": {
            part: {name: int(_holds(values, k).sum()) for k, name in enumerate(names)}
            for part, values in labels.items()
        }
    }


def _lists(relevances: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    there = relevances >= 0
    return {
        "Documents of a query": _range(there.sum(axis=1).astype("float64")),
        "Relevance": _range(relevances[there]),
    }


def _objects(names: Sequence[str], labels: NDArray[np.object_]) -> dict[str, int]:
    """How many objects each class has; regions of many are none."""
    found = Counter(
        class_
        for each in labels
        for class_, is_crowd in zip(each["labels"], each["is_crowd"], strict=True)
        if not is_crowd
    )
    return {name: found[index] for index, name in enumerate(names)}


def _holds(values: NDArray[Any], index: int) -> NDArray[np.bool_]:
    if values.dtype == np.int8:
        return np.asarray(values[:, index] == 1)
    return np.asarray(values == index)


def _range(values: NDArray[np.float64]) -> dict[str, float]:
    if not len(values):
        return {}
    quartiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
    found = dict(
        zip(
            ("smallest", "lower_quartile", "median", "upper_quartile", "largest"),
            quartiles,
            strict=True,
        )
    )
    found |= {"mean": values.mean(), "standard_deviation": values.std()}
    return {"examples": len(values), **{name: float(value) for name, value in found.items()}}
