"""Reads, deduplicates and splits the data of a run, and encodes its labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.contracts.task import Labels, Task
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.encode_labels import encode_labels
from ftkeras.workflows import _provenance


@dataclass(frozen=True)
class PreparedData:
    """The data of a run, ready for training and judging.

    Args:
        source: Call string of the data source.
        task: The task.
        vocabulary: Class names, from the training part.
        split: Which example is in which part.
        parts: Part -> examples.
        labels: Part -> class indices, in the order of the examples.
        dropped: Rule -> how many examples it dropped.
    """

    source: Call
    task: Task
    vocabulary: Labels
    split: Split
    parts: dict[str, Dataset]
    labels: dict[str, NDArray[np.int64]]
    dropped: dict[str, int]

    @property
    def num_classes(self) -> int:
        """Number of classes in the training part."""
        return len(self.vocabulary.class_names)

    def record(self) -> dict[str, Any]:
        """Returns what the run record says of the data."""
        counts = {
            part: {
                name: int((self.labels[part] == index).sum())
                for index, name in enumerate(self.vocabulary.class_names)
            }
            for part in PARTS
        }
        everything = [self.parts[part] for part in PARTS]
        return {
            "source": str(self.source),
            "modality": everything[0].modality,
            "examples": sum(len(part) for part in everything),
            "dropped": self.dropped,
            "labels": counts,
            "digest": _provenance.digest(everything),
        }


def prepare(config: RunConfig) -> PreparedData:
    """Reads and checks everything a run needs of its data, before anything is computed.

    Raises:
        UserError: The data cannot be read, split or encoded; the message names file and row.
    """
    if config.data is None or config.task is None:
        raise ValueError(f"Expected data and a task. Received: config={config}.")
    found, dropped = deduplicate(catalog.build("data/sources", config.data))
    split = catalog.build("data/splits", config.split)(found, seeds.child(config.seed, "split"))
    parts = {part: split.take(part, found) for part in PARTS}
    task = catalog.build("tasks", config.task)
    vocabulary = task.fit_labels(parts["train"].labels)
    labels = {part: encode_labels(task, vocabulary, parts[part], part) for part in PARTS}
    return PreparedData(config.data, task, vocabulary, split, parts, labels, dropped)
