"""Answers that are things: a piece of text, the mask of a picture, the boxes in it."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import Task


class ObjectTask(Task, Protocol):
    """A task of one of the kinds in `contracts.task.OBJECTS`.

    Its labels and answers stand in predictions as objects that Parquet can hold (texts, bytes,
    lists and dictionaries of them), and are judged as these. What a model is fitted to is another
    matter, and depends on how its backbone reads an input.
    """

    def targets(
        self, labels: NDArray[np.object_], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[Any]:
        """Returns what a model is fitted to, `(examples, ...)` numbers.

        Args:
            labels: Encoded labels.
            examples: What they belong to.
            preprocess: How the backbone reads inputs.
        """

    def answers(
        self, outputs: NDArray[np.float32], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.object_]:
        """Turns what a model gives out into answers, `(examples,)` objects like encoded labels.

        Args:
            outputs: `(examples, ...)`, what the head gave.
            examples: What was answered.
            preprocess: How the backbone reads inputs.
        """

    def compared(self, given: NDArray[np.object_]) -> Any:
        """Turns labels or answers, as predictions hold them, into what `Score` compares."""
