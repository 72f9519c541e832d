"""From labels as users write them to class names and back to indices."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.task import Locations, class_name, label_text
from ftkeras.errors import UserError


def single(labels: NDArray[Any], locations: Locations) -> NDArray[Any]:
    """Returns labels as they are, unless some are lists.

    Raises:
        UserError: An example has several labels; the message names them.
    """
    if labels.dtype == object:
        several = [row for row, label in enumerate(labels) if isinstance(label, tuple | list)]
        if several:
            where: Any = range(len(labels)) if locations is None else locations
            shown = "; ".join(f"{label_text(labels[row])} ({where[row]})" for row in several[:5])
            more = f"; and {len(several) - 5} more" if len(several) > 5 else ""
            raise UserError(
                f"Expected one label an example. Received: {shown}{more}. Take task=multilabel, or "
                "name the column of a single label."
            )
    return labels


def in_order(labels: NDArray[Any]) -> tuple[str, ...]:
    """Returns the distinct class names: by value when all are numbers, else by the alphabet.

    Example:
        >>> in_order(np.array(["10", "9", "1"]))
        ('1', '9', '10')
    """
    names = {class_name(label) for label in np.unique(labels).tolist()}
    try:
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    except ValueError:
        return tuple(sorted(names))


def indices(labels: NDArray[Any], class_names: tuple[str, ...]) -> NDArray[np.int64]:
    """Returns `(examples,)` class indices, -1 where the vocabulary lacks the label."""
    index_of = {name: index for index, name in enumerate(class_names)}
    distinct, inverse = np.unique(labels, return_inverse=True)
    known = [index_of.get(class_name(label), -1) for label in distinct.tolist()]
    return np.array(known, "int64")[inverse]


def counted(labels: NDArray[Any]) -> str:
    """Returns `name (count)` for the ten most frequent classes, for messages."""
    distinct, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:10]
    listed = ", ".join(f"{class_name(distinct[row])} ({counts[row]})" for row in order)
    return listed + (f" and {len(distinct) - 10} more" if len(distinct) > 10 else "")
