"""What the runs of a cross-validation answered, however they were trained."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ftkeras.records.predictions import Predictions
from ftkeras.workflows import _provenance
from ftkeras.workflows._fold_data import FoldData


class Run(NamedTuple):
    """One training in all folds: which repeat drew its folds, initial weights and data order."""

    split: int
    initialisation: int
    order: int


@dataclass(frozen=True)
class FoldAnswers:
    """Out-of-fold answers of every run, and how its heads came to be.

    Args:
        runs: What was drawn anew in each run. The runs of a repeat stand together, and the first
            of them is the one that is written down.
        logits: `(runs, examples, outputs)`: each example by the model that did not train on it.
        learning_rate: `(runs, folds)` the one that validation chose.
        best_epoch: `(runs, folds)` counted from 1.
        validation_loss: `(runs, folds)` at that epoch.
        validation_logits: For each fold of each repeat, in the order of the splits, the answers of
            its first run for its own validation part, in the order of the examples.
        heads: Heads or models that were trained.
        passes: Passes through the backbone, for the record.
        phases: What each phase did, on average over folds, for the record.
    """

    runs: list[Run]
    logits: NDArray[np.float32]
    learning_rate: NDArray[np.float64]
    best_epoch: NDArray[np.int64]
    validation_loss: NDArray[np.float64]
    validation_logits: list[NDArray[np.float32]]
    heads: int
    passes: dict[str, int] = field(default_factory=dict)
    phases: list[dict[str, Any]] = field(default_factory=list)

    def first_of_repeats(self, repeats: int) -> NDArray[np.float32]:
        """Returns `(repeats, examples, outputs)`: the first run of each repeat."""
        split = np.array([run.split for run in self.runs])
        return self.logits[[int(np.argmax(split == repeat)) for repeat in range(repeats)]]


def predictions(data: FoldData, logits: NDArray[np.float32], *, previews: bool) -> Predictions:
    """Returns out-of-fold answers as a predictions file, in which every example is in test.

    Args:
        data: The data.
        logits: `(examples, outputs)`.
        previews: Whether to keep what a person sees of each input.
    """
    return Predictions(
        ids=data.examples.ids,
        labels=data.labels,
        logits=logits,
        splits=np.full(len(data), "test"),
        task=data.task.name,
        class_names=data.vocabulary.class_names,
        columns=data.examples.columns,
        previews=_provenance.previews(data.examples) if previews else None,
    )
