"""Loss and metrics of one pass over examples, counted outside of compiled steps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.training.decoded import of_one_width
from ftkeras.training.objective import Objective, loss_of


class Streamed:
    """Counts what `keras.Model.evaluate` counts, and what is read from outputs besides.

    The loss is the mean over examples of the losses of batches, as in Keras, without what layers
    and weights add to it.

    Args:
        objective: Its loss, metrics, and those that are decoded.
        label_smoothing: Share of each label that is spread over all classes.
    """

    def __init__(self, objective: Objective, label_smoothing: float = 0.0) -> None:
        self._loss = loss_of(objective, label_smoothing)
        self._metrics = objective.metrics()
        self._decoded = objective.decoded
        self._of_answers = [] if self._decoded is None else self._decoded.metrics()
        self._lost = 0.0
        self._seen = 0

    def add(
        self,
        labels: NDArray[Any],
        outputs: NDArray[Any],
        weights: NDArray[np.float32] | None = None,
        full: NDArray[Any] | None = None,
    ) -> None:
        """Counts a batch.

        Args:
            labels: `(batch, ...)` as the loss takes them.
            outputs: `(batch, ...)` what the model gave.
            weights: `(batch,)` how much each counts in the loss.
            full: Labels by position that were not cut to the length of the batch, for the metrics
                that are decoded: a word that was cut off is a word that was not found.
        """
        outputs = np.asarray(outputs, "float32")
        self._seen += len(labels)
        self._lost += float(self._loss(labels, outputs, sample_weight=weights)) * len(labels)
        for metric in self._metrics:
            metric.update_state(labels, outputs)
        if self._decoded is not None:
            told = (labels, outputs) if full is None else of_one_width(full, outputs)
            truths, answers = self._decoded.read(*told)
            for metric in self._of_answers:
                metric.update_state(truths, answers)

    def logs(self, added: float = 0.0) -> dict[str, float]:
        """Returns log name -> value, the loss first.

        Args:
            added: What layers and weights add to the loss.
        """
        metrics = (*self._metrics, *self._of_answers)
        values = {metric.name: float(metric.result()) for metric in metrics}
        return {"loss": self._lost / max(self._seen, 1) + added, **values}
