"""What the answer is: labels, head, loss, metrics and decoding, named rather than built."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


def class_name(label: object) -> str:
    """Returns the class name of a label; whole numbers are written without a fraction.

    Example:
        >>> class_name(1.0), class_name(np.int64(1)), class_name("1"), class_name(" spam ")
        ('1', '1', '1', 'spam')
    """
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(float(label)))
    return str(label).strip()


@dataclass(frozen=True)
class Labels:
    """The label vocabulary, built from the training part only.

    Args:
        class_names: Class names in the order of the indices, as text.
    """

    class_names: tuple[str, ...]


class Task(Protocol):
    """One file in `tasks/`. It names Keras objects by call string, so it needs no framework."""

    name: str
    loss: str
    """A Keras loss on logits, as a call string: `BinaryCrossentropy(from_logits=True)`."""

    metrics: tuple[str, ...]
    """Streaming metrics of `metrics/` recommended for this task, as call strings."""

    scores: tuple[str, ...]
    """Scores of `scores/` that a report shows, as call strings, headline first."""

    monitor: str
    """The score that chooses the best epoch on validation."""

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Builds the vocabulary from the labels of the training part."""

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.int64]:
        """Turns labels into class indices; -1 marks a label the vocabulary lacks."""

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of logits."""

    def probabilities(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Turns `(examples, outputs)` logits into `(examples, classes)` probabilities."""

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.int64]:
        """Turns `(examples, outputs)` logits into `(examples,)` most probable class indices."""
