"""Boxes as labels: what is one, which classes there are, and how they are kept."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.box import Box
from ftkeras.contracts.task import Locations
from ftkeras.errors import UserError

_SHOWN = 5


def expect_boxes(labels: NDArray[Any], locations: Locations, task: str) -> None:
    """Raises `UserError` unless every label is a tuple of `Box`.

    Args:
        labels: `(examples,)`.
        locations: Where each comes from, for the message.
        task: Name of the task, for the message.
    """
    wrong = [
        row
        for row, label in enumerate(labels)
        if not isinstance(label, tuple) or not all(isinstance(each, Box) for each in label)
    ]
    if wrong:
        where: Any = range(len(labels)) if locations is None else locations
        shown = ", ".join(f"{str(labels[row])[:80]} ({where[row]})" for row in wrong[:_SHOWN])
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise UserError(
            f"Expected boxes as labels for task={task}. Received: {shown}{more}. Take "
            "--data=coco(...), voc(...), or json_lines(..., boxes='xyxy') and name the column "
            "of boxes as label."
        )


def encoded(labels: NDArray[Any], class_names: Sequence[str]) -> NDArray[np.object_]:
    """Returns `(examples,)` dictionaries; `None` where an object has another class.

    Args:
        labels: `(examples,)` tuples of `Box`.
        class_names: Names of the classes.
    """
    index_of = {name: index for index, name in enumerate(class_names)}
    found = np.empty(len(labels), object)
    for row, boxes in enumerate(labels):
        # In a region of many things that nothing is called, nothing can be detected.
        boxes = [box for box in boxes if box.name in index_of or not box.is_crowd]
        if all(box.name in index_of for box in boxes):
            found[row] = {
                "boxes": [[float(side) for side in box[1:5]] for box in boxes],
                "labels": [index_of[box.name] for box in boxes],
                "is_crowd": [bool(box.is_crowd) for box in boxes],
            }
    return found
