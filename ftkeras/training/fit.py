"""The fit loop: a recipe is a list of phases, each compiled and fitted in turn on one graph."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np

from ftkeras import call_string, catalog, seeds
from ftkeras.callbacks.stop_on_not_finite import StopOnNotFinite
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import Examples
from ftkeras.training.optimizers import merge_duplicate_rows


@dataclass(frozen=True)
class PhaseResult:
    """What one phase did.

    Args:
        phase: Its settings.
        trainable_parameters: Weights that could move.
        best_epoch: The epoch whose weights were kept, counted from 1; 0 when the phase brought
            nothing and the weights from before it were kept.
        seconds: Wall time.
        history: Log name -> one value an epoch.
    """

    phase: Phase
    trainable_parameters: int
    best_epoch: int
    seconds: float
    history: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Objective:
    """What training minimises, watches, and chooses by.

    Args:
        loss: A Keras loss on logits, as a call string, for example
            `BinaryCrossentropy(from_logits=True)`.
        metrics: Makes the streaming metrics anew for each phase.
        monitor: Log name that chooses the best epoch on validation, for example `val_log_loss`.
        direction: `"min"` or `"max"`: which way is better.
    """

    loss: str
    metrics: Callable[[], list[keras.metrics.Metric]]
    monitor: str
    direction: str


def fit_phase(
    model: keras.Model,
    phase: Phase,
    objective: Objective,
    train: Examples,
    validation: Examples,
    *,
    seed: int,
    best_before: float | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> PhaseResult:
    """Compiles a model, fits it, and leaves it with the weights of its best epoch.

    The best epoch is the one with the best validation score. If no epoch beats `best_before`, the
    weights from before the phase are restored.

    Args:
        model: What to fit: the head alone on cached features, or the whole model.
        phase: Epochs, learning rate, optimizer and so on.
        objective: Loss, metrics and what to choose by.
        train: Examples the weights are fitted on.
        validation: Examples the epoch is chosen on.
        seed: Seed of data order and dropout.
        best_before: Best validation score of earlier phases.
        callbacks: Further Keras callbacks.

    Raises:
        UserError: The loss is not finite, or the optimizer is unknown.
    """
    started = time.perf_counter()
    keras.utils.set_random_seed(seeds.child(seed, f"fit/{phase}"))
    before = model.get_weights()
    # A step on features is so short that Python between the steps would cost more than they do.
    on_features = train.features is not None and keras.backend.backend() == "tensorflow"
    compile_model(model, objective, optimizer(phase), steps_per_execution=16 if on_features else 1)
    batches = Batches(train, phase.batch_size, seed)
    # Keras asks the data for its next epoch after this callback, so the order is a function of
    # (seed, epoch) and survives a restart.
    next_epoch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: batches.set_epoch(epoch)
    )
    stopper = keras.callbacks.EarlyStopping(
        monitor=objective.monitor,
        mode=objective.direction,
        patience=phase.patience or phase.epochs,
        restore_best_weights=True,
    )
    history = model.fit(
        for_keras(batches),
        validation_data=for_keras(Batches(validation, phase.batch_size)),
        epochs=phase.epochs,
        callbacks=[next_epoch, StopOnNotFinite(), stopper, *callbacks],
        shuffle=False,  # the batches already are, by (seed, epoch)
        verbose=0,
    ).history
    best_epoch = stopper.best_epoch + 1
    if best_before is not None and not _better(stopper.best, best_before, objective.direction):
        model.set_weights(before)
        best_epoch = 0
    return PhaseResult(
        phase=phase,
        trainable_parameters=int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        best_epoch=best_epoch,
        seconds=time.perf_counter() - started,
        history={name: [float(v) for v in values] for name, values in history.items()},
    )


def compile_model(
    model: keras.Model,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer | None = None,
    *,
    steps_per_execution: int = 1,
) -> None:
    """Compiles a model for an objective; without an optimizer, for evaluation only.

    Args:
        model: The model.
        objective: Its loss and metrics.
        optimizer: What moves the weights.
        steps_per_execution: Steps between two returns to Python.
    """
    call = call_string.parse(objective.loss)
    model.compile(
        optimizer=optimizer or "sgd",
        loss=getattr(keras.losses, call.name)(**call.arguments),
        metrics=objective.metrics(),
        steps_per_execution=steps_per_execution,
    )


def optimizer(phase: Phase) -> keras.optimizers.Optimizer:
    """Returns the Keras optimizer a phase names, by class name in any case.

    Rows of an embedding that repeat in a batch are merged; see `merge_duplicate_rows`.

    Raises:
        UserError: Keras has no optimizer of this name.

    Example:
        >>> from ftkeras.call_string import Call
        >>> float(optimizer(Phase(Call("linear_probe"), learning_rate=0.5)).learning_rate)
        0.5
    """
    classes = {
        name.lower(): value
        for name, value in vars(keras.optimizers).items()
        if isinstance(value, type) and issubclass(value, keras.optimizers.Optimizer)
    }
    classes.pop("optimizer", None)
    if phase.optimizer.lower() not in classes:
        raise UserError(
            f"Expected an optimizer of Keras: {', '.join(sorted(classes))}. Received: "
            f"optimizer={phase.optimizer!r}.{catalog.nearest(phase.optimizer, list(classes))}"
        )
    made = classes[phase.optimizer.lower()](
        learning_rate=phase.learning_rate, weight_decay=float(phase.weight_decay)
    )
    # Decay pulls weights towards zero; biases and normalisation scales have no reason to be there.
    made.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return merge_duplicate_rows(made)


def _better(new: float, old: float, direction: str) -> bool:
    return new < old if direction == "min" else new > old
