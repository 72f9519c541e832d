"""Validation answered once an epoch, for everything that is measured of its answers."""

from typing import Any

import keras
import numpy as np

from ftkeras.training.added_loss import added_loss
from ftkeras.training.batches import Batches
from ftkeras.training.examples import Examples
from ftkeras.training.objective import Objective
from ftkeras.training.retracing import no_word_of_retracing
from ftkeras.training.streamed import Streamed


class AnsweredOnce(keras.Model):
    """A model that `evaluate` asks once, though some metrics are read from its answers.

    Keras counts loss and metrics in a compiled step and keeps no outputs; metrics that no such step
    can hold (of tags and boxes) would need a second pass. Here `Batches` are answered batch by
    batch, and all is counted from the same outputs. To `fit` and to callbacks nothing else differs:
    `fit` asks `evaluate` with its own callbacks, so averages are in place while it runs, and what
    it returns stands as `val_<name>` in the logs. Other data are evaluated as Keras does.

    Args:
        model: A functional model; its layers and weights are shared.
        objective: Its loss, metrics, and those that are decoded.
        label_smoothing: Share of each label that is spread over all classes.
    """

    def __init__(
        self, model: keras.Model, objective: Objective, label_smoothing: float = 0.0
    ) -> None:
        super().__init__(model.input, model.output)
        self._objective = objective
        self._label_smoothing = label_smoothing
        self._adds = True  # until it is known better

    def evaluate(
        self,
        x: Any = None,
        *arguments: Any,
        callbacks: Any = None,
        return_dict: bool = False,
        **keywords: Any,
    ) -> Any:
        """Returns what Keras' `evaluate` returns, and the decoded metrics; see there.

        Args:
            x: `Batches`, or anything that Keras takes.
            *arguments: As in Keras.
            callbacks: As in Keras.
            return_dict: Whether names stand beside the values.
            **keywords: As in Keras.
        """
        if not isinstance(x, Batches):
            return super().evaluate(
                x, *arguments, callbacks=callbacks, return_dict=return_dict, **keywords
            )
        listening = callbacks
        if not isinstance(listening, keras.callbacks.CallbackList):
            listening = keras.callbacks.CallbackList(callbacks, model=self)
        listening.on_test_begin()
        with no_word_of_retracing():  # by the second length the graph is open to all
            logs = self._answered(x, listening)
        listening.on_test_end(logs)
        return logs if return_dict else [*logs.values()]

    def _answered(
        self, batches: Batches, listening: keras.callbacks.CallbackList
    ) -> dict[str, float]:
        examples = batches.examples
        streamed = Streamed(self._objective, self._label_smoothing)
        for index in range(len(batches)):
            listening.on_test_batch_begin(index)
            inputs, labels, *weights = batches[index]
            # Where several devices answer, each is given the whole batch.
            outputs = np.asarray(self.predict_on_batch(inputs))[: len(labels)]
            full = examples.labels_of(batches.rows(index)) if examples.by_position else None
            streamed.add(labels, outputs, weights[0] if weights else None, full)
            listening.on_test_batch_end(index)
        return streamed.logs(self._added(examples))

    def _added(self, examples: Examples) -> float:
        """What layers and weights add; where once nothing was added, nothing is run again."""
        added = added_loss(self, examples) if self._adds else 0.0
        self._adds = self._adds and bool(self.losses)
        return added
