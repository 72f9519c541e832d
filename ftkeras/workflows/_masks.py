"""What a run with masks needs beside what all runs do."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.config import RunConfig
from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.mask import IGNORED, Mask
from ftkeras.records.predictions import Predictions
from ftkeras.scores.dice_coefficient import DiceCoefficient
from ftkeras.scores.inputs.segmentation import Segmentation
from ftkeras.scores.intersection_over_union import IntersectionOverUnion
from ftkeras.statistics.intervals import measure
from ftkeras.tasks.semantic_segmentation import pixels_of
from ftkeras.workflows import _judgement

METRIC_SETTINGS = {"ignore_label": IGNORED}
"""Settings of all metrics that stream."""


def check(config: RunConfig, kind: str) -> None:
    """Raises `UserError` if a head answers for pixels where a task does not, or the other way."""
    fitting = [
        n for n in catalog.names("heads") if "masks" in catalog.constant("heads", n, "KINDS")
    ]
    if (kind == "masks") == (config.head.name in fitting):
        return
    if kind == "masks":
        raise UserError(
            f"Expected a head that answers for each pixel: {', '.join(fitting)}. Received: "
            f"--head={config.head} for --task={config.task}. Leave --head out."
        )
    raise UserError(
        f"Expected --task=semantic_segmentation with --head={config.head}, which answers for each "
        f"pixel. Received: --task={config.task}. Leave --head out."
    )


def loss_sizes(labels: NDArray[np.object_], num_classes: int) -> list[int]:
    """Returns the training pixels of each class.

    Args:
        labels: Encoded labels.
        num_classes: Number of classes.
    """
    return pixels_of(labels.tolist(), num_classes).tolist()


def at_network_size(
    labels: NDArray[np.uint8], outputs: NDArray[np.float32]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Returns targets and outputs of a model as scores compare them.

    Args:
        labels: `(examples, rows, columns)` classes, 255 where left out.
        outputs: `(examples, rows, columns, classes)` logits.
    """
    said = outputs.argmax(axis=-1).astype(np.uint8)
    return _masks_of(labels), _masks_of(said)


def _masks_of(classes: NDArray[np.uint8]) -> NDArray[np.object_]:
    found = np.empty(len(classes), object)
    found[:] = [Mask.of(each) for each in classes]
    return found


def label_table(labels: NDArray[np.object_], names: tuple[str, ...]) -> dict[str, int]:
    """Returns class -> pictures in which it occurs.

    Args:
        labels: Encoded labels.
        names: Class names.
    """
    found: Any = np.zeros(256, "int64")
    for label in labels:
        found[list(Mask(label).values)] += 1
    return {name: int(found[index]) for index, name in enumerate(names)}


def analyses(model: Predictions, seed: int) -> dict[str, Any]:
    """Returns what is known of each class on test.

    Args:
        model: Predictions of the model.
        seed: Seed of the resampling.

    Returns:
        `pixel_classes`: `classes`, one a class (`name`, `pictures` it is true of, `true` and
        `answered` pixels, and `overlap` and `dice` as measurements).
    """
    test = model.part("test")
    if not len(test) or test.answers is None:
        return {}
    truths, answers = _judgement.compared(test)
    names = test.class_names
    tallies = Segmentation(len(names)).units(truths, answers, np).predictions
    _, true, answered = tallies.reshape(len(test), 3, len(names)).swapaxes(0, 1)
    classes = []
    for index, name in enumerate(names):
        scores: list[Score] = [
            IntersectionOverUnion(len(names), index),
            DiceCoefficient(len(names), index),
        ]
        overlap, dice = measure(scores, truths, answers, seed=seed)
        classes.append(
            {
                "name": name,
                "pictures": int((true[:, index] > 0).sum()),
                "true": int(true[:, index].sum()),
                "answered": int(answered[:, index].sum()),
                "overlap": asdict(overlap),
                "dice": asdict(dice),
            }
        )
    return {"pixel_classes": {"classes": classes}}
