"""Answers that some other program wrote: what a file of predictions says."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

KINDS = ("probability", "logit", "answer")
"""What a model may have written for each example."""


@dataclass(frozen=True)
class AnswerTable:
    """Labels and answers, one row an example, as they stand in a file.

    Args:
        ids: `(examples,)` distinct names of the examples.
        labels: `(examples,)` true labels, as text.
        kind: One of `KINDS`.
        values: `(examples, columns)` float64 probabilities or logits; `(examples, 1)` texts for
            answers.
        class_names: The class of each column; `None` where one column speaks of the positive class
            or holds answers.
        splits: `(examples,)` part of each example.
        columns: Further columns by name, to cut slices by.
        previews: `(examples,)` what a person sees of each input, or `None`.
    """

    ids: NDArray[np.str_]
    labels: NDArray[np.str_]
    kind: str
    values: NDArray[np.generic]
    class_names: tuple[str, ...] | None
    splits: NDArray[np.str_]
    columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    previews: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.ids)
