"""What is known of each example, to cut slices by: its columns, and what can be derived."""

import base64
import binascii
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ftkeras.message import message, term
from ftkeras.records.predictions import Predictions
from ftkeras.statistics.slices import Slice, cut

_IMAGE = "data:image/"
_MOST_IMAGES = 20_000
_MOST_CLASSES = 20


def known(predictions: Predictions) -> dict[str, NDArray[Any]]:
    """Returns the columns, with the length of texts or the brightness of images.

    Args:
        predictions: One part, in order.
    """
    columns: dict[str, NDArray[Any]] = dict(predictions.columns)
    previews = predictions.previews
    if previews is None or not any(previews[:100]):
        return columns
    if str(previews[0] or "").startswith(_IMAGE):
        if len(previews) <= _MOST_IMAGES:
            columns.setdefault("brightness", np.array([_brightness(p) for p in previews]))
    else:
        lengths = np.array([len(str(p or "")) for p in previews], "float64")
        columns.setdefault("text length", lengths)
    return columns


def of_truth(predictions: Predictions, kind: str) -> list[Slice]:
    """Returns slices by what is true: each class or label, the ranges of each number.

    Of labels there are the most frequent twenty, and how many labels hold. Of rankings there is
    how many documents a query has.

    Args:
        predictions: One part, in order.
        kind: The kind of its answers.
    """
    labels, names = predictions.labels, predictions.class_names
    if kind == "classes":
        return cut({"true label": true_label(predictions)})
    if kind == "labels":
        order = np.argsort(-labels.sum(axis=0), kind="stable")[:_MOST_CLASSES]
        each = [Slice("true label", names[k], labels[:, k] == 1) for k in order.tolist()]
        return [*each, *cut({"number of labels": labels.sum(axis=1, dtype="int64")})]
    if kind == "relevances":
        return cut({"documents of a query": (labels >= 0).sum(axis=1)})
    table = labels.reshape(len(labels), -1)
    if table.shape[1] == 1:
        return cut({"true number": table[:, 0]})
    return cut({message("true {name}", name=term(n)): table[:, k] for k, n in enumerate(names)})


def true_label(predictions: Predictions) -> NDArray[np.str_]:
    """Returns what the true class of each example is, or how frequent if there are many classes."""
    names = np.array(predictions.class_names, np.str_)
    if len(names) <= _MOST_CLASSES:
        return names[predictions.labels]
    counts = np.bincount(predictions.labels, minlength=len(names))
    place = counts.argsort(kind="stable").argsort(kind="stable") * 3 // len(names)
    return np.array(["rarest third", "middle third", "most frequent third"])[place][
        predictions.labels
    ]


def _brightness(preview: object) -> float:
    """Returns the mean of the grey values, 0 (black) to 255; NaN for what is no image."""
    try:
        content = base64.b64decode(str(preview).partition(",")[2], validate=True)
        with Image.open(io.BytesIO(content)) as image:
            return float(np.asarray(image.convert("L")).mean())
    except (binascii.Error, OSError, ValueError):
        return float("nan")
