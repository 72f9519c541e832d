"""What the labels of a dataset are: classes, sets of names, or numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.box import Box
from ftkeras.contracts.dataset import Dataset
from ftkeras.mask import Mask

# Whole numbers written as floats (1.0, 2.0) are classes while there are no more of them than this.
_MOST_WHOLE_CLASSES = 20
# What tasks call kinds -> what splits do about them. Labels that no task has read are "classes".
_READ_AS = {
    "labels": "sets",
    "tags": "sets",
    "numbers": "numbers",
    "relevances": "numbers",
    "boxes": "sets",
}


def label_kind(labels: NDArray[Any]) -> str:
    """Returns `"classes"`, `"sets"` or `"numbers"`.

    Sets are rows that hold several names each: lists of labels, tags of tokens, rows of 0 and 1,
    masks with their classes.
    Numbers are floats with a fraction, more than 20 different whole floats, or rows (or tuples) of
    floats.
    All else are classes: texts, whole numbers, true and false.

    Args:
        labels: `(examples,)` or `(examples, targets)` labels as the user wrote them.

    Example:
        >>> label_kind(np.array(["good", "bad"])), label_kind(np.array([0.5, 1.25]))
        ('classes', 'numbers')
        >>> label_kind(np.array([["red", "blue"], ["red"]], object))
        'sets'
    """
    values = np.asarray(labels)
    if values.dtype.kind == "f":
        whole = bool((values == np.rint(values)).all())
        few = values.ndim == 1 and len(np.unique(values)) <= _MOST_WHOLE_CLASSES
        return "classes" if whole and few else "numbers"
    if values.ndim == 2:
        return "sets"
    held = (list, tuple, set, frozenset, np.ndarray, Mask)
    if values.dtype != object or not isinstance(values[0], held):
        return "classes"
    return "numbers" if all(isinstance(value, float) for value in (*values[0], "")[:1]) else "sets"


def kind_of(dataset: Dataset) -> str:
    """Returns the kind of a dataset's labels: what a task has read them as, else what they seem.

    Example:
        >>> rows = np.array(["a", "b"])
        >>> kind_of(Dataset("text", rows, rows, np.array([1.0, 2.0]), rows, label_kind="numbers"))
        'numbers'
    """
    return _READ_AS.get(dataset.label_kind) or label_kind(dataset.labels)


def label_sets(labels: NDArray[Any]) -> list[list[Any]]:
    """Returns the distinct names of each row, sorted; columns of a row of 0 and 1 by number.

    Args:
        labels: `(examples,)` lists of names, or `(examples, labels)` of 0 and 1.

    Example:
        >>> label_sets(np.array([["b", "a", "b"], []], object))
        [['a', 'b'], []]
        >>> label_sets(np.array([[0, 1, 1]]))
        [[1, 2]]
    """
    if np.asarray(labels).ndim == 2 and np.asarray(labels).dtype.kind in "iub":
        return [np.flatnonzero(row).tolist() for row in labels]
    return [sorted({_name(name) for name in row}) for row in labels]


def _name(value: Any) -> str:
    if isinstance(value, Box):
        return value.name
    return (
        " ".join(map(_name, value))
        if isinstance(value, Sequence) and not isinstance(value, str)
        else str(value)
    )
