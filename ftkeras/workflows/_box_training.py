"""What training on boxes needs: boxes that move with their pictures, and boxes made of outputs."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.picture_size import picture_size
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.training.reduced_answers import Reduce
from ftkeras.training.views import Move, Relabel


def targets(
    labels: NDArray[np.object_],
    examples: Dataset,
    task: ObjectDetection,
    preprocess: Preprocess,
) -> Callable[[NDArray[np.integer]], NDArray[np.float16]]:
    """Returns what makes the targets of some examples.

    Those of all are too large to be kept: half a megabyte for a picture of 512 pixels.

    Args:
        labels: Encoded labels of a part.
        examples: What they belong to.
        task: Whose anchors are meant.
        preprocess: How the backbone reads pictures.
    """

    @functools.cache  # for files are opened to learn how large they are
    def placed(row: int) -> Any:
        return task.placed(labels[row], picture_size(examples.inputs[row]), preprocess)

    def of_rows(rows: NDArray[np.integer]) -> NDArray[np.float16]:
        found = [task.target(placed(row), preprocess) for row in (rows % len(labels)).tolist()]
        return np.stack(found)

    return of_rows


def relabel(
    labels: NDArray[np.object_],
    examples: Dataset,
    task: ObjectDetection,
    preprocess: Preprocess,
) -> Relabel:
    """Returns what makes the target of an example whose picture is moved.

    Args:
        labels: Encoded labels of a part.
        examples: What they belong to.
        task: Whose anchors are meant.
        preprocess: How the backbone reads pictures.
    """

    def moved(row: int, move: Move) -> NDArray[Any]:
        boxes, size = moved_boxes(labels[row]["boxes"], picture_size(examples.inputs[row]), move)
        return task.target(
            task.placed({**labels[row], "boxes": boxes}, size, preprocess), preprocess
        )

    return moved


def moved_boxes(
    boxes: Any, size: tuple[int, int], move: Move
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Returns `(n, 4)` boxes in the moved picture, which they may leave, and its size.

    What moves a picture takes whole rows and columns to other places, in their order or mirrored.
    So a picture that holds the number of each row, or column, tells where they went.

    Args:
        boxes: `(n, 4)` left, top, right and bottom in pixels of the picture.
        size: Its height and width.
        move: What moves it.

    Example:
        >>> moved_boxes([[1, 0, 3, 2]], (4, 10), lambda picture: picture[:, ::-1])
        (array([[7., 0., 9., 2.]]), (4, 10))
    """
    rows, columns = _numbers(size, 0, move)[:, 0], _numbers(size, 1, move)[0]
    sides = np.array(boxes, "float64").reshape(-1, 2, 2)
    for axis, numbers in enumerate((columns, rows)):
        if numbers[-1] < numbers[0]:
            sides[..., axis] = (numbers[0] + 1 - sides[..., axis])[:, ::-1]
        else:
            sides[..., axis] -= numbers[0]
    return sides.reshape(-1, 4), (len(rows), len(columns))


def _numbers(size: tuple[int, int], axis: int, move: Move) -> NDArray[np.int64]:
    """`(height, width)` of the moved picture: the row or column that stands at each pixel."""
    shape = (-1, 1) if axis == 0 else (1, -1)
    number = np.arange(size[axis]).reshape(shape)
    picture = np.zeros((*size, 3), np.uint8)
    for channel, byte in enumerate((number >> 16, number >> 8, number)):
        picture[..., channel] = byte & 255
    high, middle, low = np.moveaxis(move(picture).astype("int64"), -1, 0)
    return np.asarray((high << 16) + (middle << 8) + low)


def reduce(examples: Dataset, task: ObjectDetection, preprocess: Preprocess) -> Reduce:
    """Returns what makes boxes of outputs, some examples at a time.

    Args:
        examples: What is answered.
        task: Whose anchors are meant.
        preprocess: How the backbone reads pictures.
    """
    return lambda rows, outputs: task.answers(outputs, examples.take(rows), preprocess)
