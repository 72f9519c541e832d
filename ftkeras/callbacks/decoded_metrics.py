"""Scores what a model writes, tags or draws on validation data, at the end of every epoch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras

from ftkeras.errors import UserError


class DecodedMetrics(keras.callbacks.Callback):
    """Decodes predictions of a validation set and puts `val_<metric>` into the logs.

    For metrics that no compiled step can hold: of texts, tag sequences and boxes. Put it before the
    callbacks that read the logs, and tell these the direction, which they cannot know:

        bleu = metrics.Bleu()
        callbacks = [
            DecodedMetrics([bleu], validation_batches, translate),
            keras.callbacks.EarlyStopping("val_bleu", mode=bleu.direction, patience=2),
        ]

    Args:
        metrics: Metrics with `name`, `update_state`, `result` and `reset_state`, called eagerly.
        batches: Pairs (inputs of the model, what is true) that can be gone through every epoch: a
            list or a `tf.data.Dataset`. Validation data, not test data.
        decode: Called with the model and the inputs of a batch; returns one answer for each of what
            is true, such as `lambda model, x: texts_of(model.predict_on_batch(x))`.
        prefix: Put before each name.

    Raises:
        UserError: The batches can be gone through once only, or two metrics have one name.

    Example:
        >>> from ftkeras import metrics
        >>> batches = [(["a", "b"], ["the cat sat", "hello"])]
        >>> answer = lambda model, inputs: ["the bat sat there", "hello"]
        >>> callback = DecodedMetrics([metrics.WordErrorRate()], batches, answer)
        >>> logs = {"loss": 0.3}
        >>> callback.on_epoch_end(0, logs)
        >>> logs
        {'loss': 0.3, 'val_word_error_rate': 0.5}
    """

    def __init__(
        self,
        metrics: Sequence[keras.metrics.Metric],
        batches: Iterable[tuple[Any, Any]],
        decode: Callable[[keras.Model, Any], Any],
        prefix: str = "val_",
    ) -> None:
        super().__init__()
        if isinstance(batches, Iterator):
            raise UserError(
                "Expected `batches` that can be gone through every epoch. Received: an iterator, "
                f"batches={batches!r}. Make a list of it."
            )
        self.metrics = list(metrics)
        self.batches = batches
        self.decode = decode
        self.keys = [prefix + metric.name for metric in self.metrics]
        if len({*self.keys}) < len(self.keys):
            raise UserError(
                "Expected metrics with names of their own. Received: "
                f"{', '.join(self.keys)}. Set `name`."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the values of this epoch to the logs."""
        values = self.values()
        taken = sorted(values.keys() & (logs or {}).keys())
        if taken:
            raise UserError(
                f"Expected new names for the logs. Received: {', '.join(taken)}, which Keras "
                "reports already. Set `name` of the metric, or another `prefix`."
            )
        if logs is not None:
            logs.update(values)

    def values(self) -> dict[str, float]:
        """Decodes every batch and returns the value of each metric, by its name in the logs."""
        for metric in self.metrics:
            metric.reset_state()
        for inputs, y_true in self.batches:
            answers = self.decode(self.model, inputs)
            for metric in self.metrics:
                metric.update_state(y_true, answers)
        results = [float(metric.result()) for metric in self.metrics]
        return dict(zip(self.keys, results, strict=True))
