"""Metrics that no compiled step can hold, of what a model answers on validation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.examples import of_width

Read = Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any]]
"""(labels, outputs of a model) -> what is true and what was answered, as metrics compare them."""


@dataclass(frozen=True)
class Decoded:
    """Metrics of answers that are read from outputs outside of compiled steps.

    Args:
        metrics: Makes them anew, each called with what `read` gives.
        read: `(examples, ...)` labels and outputs to what is compared. Of answers by position both
            have one width.
    """

    metrics: Callable[[], list[keras.metrics.Metric]]
    read: Read

    def values(self, labels: NDArray[Any], outputs: NDArray[Any]) -> dict[str, float]:
        """Returns the value of each metric by its name.

        Args:
            labels: `(examples, ...)`.
            outputs: `(examples, ...)`.
        """
        truths, answers = self.read(labels, outputs)
        found = {}
        for metric in self.metrics():
            metric.update_state(truths, answers)
            found[metric.name] = float(metric.result())
        return found


def of_one_width(
    labels: NDArray[Any], outputs: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Returns labels and outputs by position, both as wide as the wider: -1 and 0 stand there.

    Labels are wider where a text was cut off: nothing was said of its last words.

    Args:
        labels: `(examples, positions)`.
        outputs: `(examples, positions, ...)`.

    Example:
        >>> labels, outputs = of_one_width(np.array([[1, 0, 1]]), np.ones((1, 2, 1)))
        >>> labels.tolist(), outputs[..., 0].tolist()
        ([[1, 0, 1]], [[1.0, 1.0, 0.0]])
    """
    width = max(labels.shape[1], outputs.shape[1])
    return of_width(labels, width), of_width(outputs, width, 0)
