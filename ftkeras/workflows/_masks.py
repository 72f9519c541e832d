"""What a run with masks needs beside what all runs do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.mask import IGNORED, Mask
from ftkeras.tasks.semantic_segmentation import pixels_of

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
