"""What training minimises and chooses by, and a model compiled for it."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from ftkeras import call_string
from ftkeras.errors import UserError
from ftkeras.training.decoded import Decoded
from ftkeras.training.losses.cross_entropy import CrossEntropy

# Losses whose labels can be smoothed, for they are what `CrossEntropy` computes.
_CROSS_ENTROPIES = ("BinaryCrossentropy", "SparseCategoricalCrossentropy")


@dataclass(frozen=True)
class Objective:
    """What training minimises, watches, and chooses by.

    Args:
        loss: A Keras loss on logits, as a call string, for example
            `BinaryCrossentropy(from_logits=True)`.
        metrics: Makes the streaming metrics anew for each phase.
        monitor: Log name that chooses the best epoch on validation, for example `val_log_loss`.
        direction: `"min"` or `"max"`: which way is better.
        make_loss: Share of label smoothing -> the loss to use instead of `loss`.
        decoded: Metrics that no compiled step can hold; they are computed when an epoch ends.
    """

    loss: str
    metrics: Callable[[], list[keras.metrics.Metric]]
    monitor: str
    direction: str
    make_loss: Callable[[float], keras.losses.Loss] | None = None
    decoded: Decoded | None = None


def compile_model(
    model: keras.Model,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer | None = None,
    *,
    steps_per_execution: int = 1,
    label_smoothing: float = 0.0,
    jit_compile: bool | str = "auto",
) -> None:
    """Compiles a model for an objective; without an optimizer, for evaluation only.

    Args:
        model: The model.
        objective: Its loss and metrics.
        optimizer: What moves the weights.
        steps_per_execution: Steps between two returns to Python.
        label_smoothing: Share of each label that is spread over all classes.
        jit_compile: Whether steps are compiled by XLA; `"auto"` leaves it to Keras.

    Raises:
        UserError: XLA was asked for, and a layer cannot be compiled by it.
    """
    _check_compilable(model, jit_compile)
    model.compile(
        optimizer=optimizer or "sgd",
        loss=loss_of(objective, label_smoothing),
        metrics=objective.metrics(),
        steps_per_execution=steps_per_execution,
        jit_compile=jit_compile,
        auto_scale_loss=False,
    )


def _check_compilable(model: keras.Model, jit_compile: bool | str) -> None:
    if jit_compile is not True:
        return
    layers = [layer.name for layer in model._flatten_layers() if not layer.supports_jit]
    texts = [x.name for x in model.inputs if x.dtype == "string"]
    if layers or texts:
        raise UserError(
            "Expected layers that XLA can compile. Received: --jit_compile=true and "
            f"{', '.join([*layers, *texts])}. Leave --jit_compile out."
        )


def loss_of(objective: Objective, label_smoothing: float = 0.0) -> keras.losses.Loss:
    """Returns what is minimised.

    Args:
        objective: What training minimises.
        label_smoothing: Share of each label that is spread over all classes.

    Raises:
        UserError: Labels that are no classes would be smoothed.
    """
    if objective.make_loss is not None:
        return objective.make_loss(label_smoothing)
    call = call_string.parse(objective.loss)
    if not label_smoothing:
        return getattr(keras.losses, call.name)(**call.arguments)
    if call.name not in _CROSS_ENTROPIES:
        raise UserError(
            "Expected no `label_smoothing`, for the labels of this task are no classes. "
            f"Received: label_smoothing={label_smoothing}. Leave it out."
        )
    return CrossEntropy()(class_counts=(), label_smoothing=label_smoothing)
