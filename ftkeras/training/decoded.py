"""Metrics that no compiled step can hold, of what a model answers on validation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.callbacks.decoded_metrics import DecodedMetrics
from ftkeras.training.batches import Batches
from ftkeras.training.examples import Examples, of_width

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

    def listening(self, validation: Examples, batch_size: int) -> "AtTestEnd":
        """Returns the callback that puts `val_<metric>` into the logs of each epoch.

        Args:
            validation: What is answered.
            batch_size: Examples a batch.
        """
        batches = _Answered(validation, batch_size, self.read)
        return AtTestEnd(self.metrics(), batches, batches.answers)


class AtTestEnd(DecodedMetrics):
    """`DecodedMetrics` of the weights that were evaluated: averaged ones, where there are any."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._found: dict[str, float] = {}

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Answers while the weights of the evaluation are still in place."""
        self._found = self.values()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the values to the logs."""
        if logs is not None:
            logs.update(self._found)

    def measure(self, model: keras.Model) -> dict[str, float]:
        """Returns the values of a model that no epoch ended with."""
        self.set_model(model)
        return self.values()


class _Answered:
    """Batches of validation: inputs with labels of full width, and what is true."""

    def __init__(self, examples: Examples, batch_size: int, read: Read) -> None:
        self.examples = examples
        self.batch_size = batch_size
        self.read = read

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        order = Batches(self.examples, self.batch_size).order()
        for first in range(0, len(order), self.batch_size):
            rows = order[first : first + self.batch_size]
            labels = self.examples.labels_of(rows)
            nothing = np.zeros((*labels.shape, 1), "float32")
            yield (self.examples.take(rows), labels), self.read(labels, nothing)[0]

    def answers(self, model: keras.Model, given: tuple[Any, NDArray[Any]]) -> Any:
        """Returns what a model answers to the inputs of a batch."""
        inputs, labels = given
        outputs = np.asarray(model.predict_on_batch(inputs), "float32")
        if self.examples.by_position:
            labels, outputs = of_one_width(labels, outputs)
        return self.read(labels, outputs)[1]


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
