"""The fit loop: a recipe is a list of phases, each compiled and fitted in turn on one graph."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, seeds
from ftkeras.callbacks.stop_on_not_finite import StopOnNotFinite
from ftkeras.contracts.backbone import Block
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.best_epoch import BestEpoch, better
from ftkeras.training.checkpoint import Arrays, Checkpoint, SaveState, State, put_back
from ftkeras.training.examples import Examples
from ftkeras.training.learning_rate_finder import LOWEST, find_learning_rate
from ftkeras.training.losses.cross_entropy import CrossEntropy
from ftkeras.training.phase_optimizer import optimizer
from ftkeras.training.precision import needs_scaled_loss
from ftkeras.training.pull import pulled
from ftkeras.training.weight_average import WeightAverage

STEPS_ON_FEATURES = 16
"""Steps between two returns to Python where a step is so short that Python would cost more."""

# Losses whose labels can be smoothed, for they are what `CrossEntropy` computes.
_CROSS_ENTROPIES = ("BinaryCrossentropy", "SparseCategoricalCrossentropy")


@dataclass(frozen=True)
class PhaseResult:
    """What one phase did.

    Args:
        phase: Its settings, with the learning rate that was used.
        trainable_parameters: Weights that could move.
        best_epoch: The epoch whose weights were kept, counted from 1; one more than there were if
            the average was; 0 when the phase brought nothing and the weights from before it were
            kept.
        seconds: Wall time, of all the processes that took part.
        history: Log name -> one value an epoch, and at last those of the average, if there is one.
        averaged: Epochs whose weights were averaged.
        learning_rates: What the range test of the learning rate found, as JSON values.
        look: What a stopping rule saw after the phase, as JSON values.
    """

    phase: Phase
    trainable_parameters: int
    best_epoch: int
    seconds: float
    history: dict[str, list[float]] = field(default_factory=dict)
    averaged: int = 0
    learning_rates: dict[str, Any] | None = None
    look: dict[str, Any] | None = None


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
    """

    loss: str
    metrics: Callable[[], list[keras.metrics.Metric]]
    monitor: str
    direction: str
    make_loss: Callable[[float], keras.losses.Loss] | None = None


@dataclass(frozen=True)
class Memory:
    """How a phase survives being killed.

    Args:
        checkpoint: Where its state is saved.
        beside: Returns what its owner saves along: JSON values and arrays.
        start: The state to go on from; `None` starts at the beginning.
    """

    checkpoint: Checkpoint
    beside: Callable[[], tuple[dict[str, Any], Arrays]]
    start: State | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a phase has to know of the run it is part of.

    Args:
        callbacks: Further Keras callbacks.
        blocks: The backbone's blocks from input to output, for layer decay.
        pretrained: Variables and what they held before any training, for L2-SP.
        memory: Where the state is saved, and the one to go on from.
        jit_compile: Whether steps are compiled by XLA; `"auto"` leaves it to Keras.
    """

    callbacks: Sequence[keras.callbacks.Callback] = ()
    blocks: tuple[Block, ...] = ()
    pretrained: tuple[tuple[keras.Variable, NDArray[Any]], ...] = ()
    memory: Memory | None = None
    jit_compile: bool | str = "auto"


def fit_phase(
    model: keras.Model,
    phase: Phase,
    objective: Objective,
    train: Examples,
    validation: Examples,
    *,
    seed: int,
    best_before: float | None = None,
    around: Surroundings | None = None,
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
        around: What it has to know of the run.

    Raises:
        UserError: The loss is not finite.
    """
    started = time.perf_counter()
    around = around or Surroundings()
    start = around.memory.start if around.memory else None
    with pulled(_moving(model, around), phase.l2_sp):
        found = start.about["learning_rates"] if start else None
        if phase.find_learning_rate and found is None:
            found = _range_test(model, phase, objective, train, seed, around)
        if found and found["suggested"]:
            phase = dataclasses.replace(phase, learning_rate=found["suggested"])
        # How hidden states are kept is no reason for other random numbers.
        named = dataclasses.replace(phase, cache="float32")
        keras.utils.set_random_seed(seeds.child(seed, f"fit/{named}"))
        before = model.get_weights()
        best = BestEpoch(objective.monitor, objective.direction, phase.patience or phase.epochs)
        average = None if phase.swa is None else WeightAverage(phase.swa, phase.epochs)
        on_features = train.features is not None and keras.backend.backend() == "tensorflow"
        at_once = STEPS_ON_FEATURES if on_features else 1
        _compile(model, objective, phase, train, around, steps_per_execution=at_once)
        spent = start.about["phase_seconds"] if start else 0.0
        around = _remembering(around, started - spent, found)
        _run(model, phase, (train, validation), seed, (best, average), around)
    best_epoch = best.best_epoch
    if best.weights is not None:
        model.set_weights(best.weights)
    brought = better(_or_nan(best.best), best_before, objective.direction)
    if best_before is not None and not brought:
        model.set_weights(before)
        best_epoch = 0
    return PhaseResult(
        phase=phase,
        trainable_parameters=int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        best_epoch=best_epoch,
        seconds=time.perf_counter() - started + spent,
        history=best.history,
        averaged=average.count if average is not None and average.count > 1 else 0,
        learning_rates=found,
    )


def _compile(
    model: keras.Model,
    objective: Objective,
    phase: Phase,
    train: Examples,
    around: Surroundings,
    *,
    steps_per_execution: int = 1,
) -> None:
    steps = -(-len(train) // phase.batch_size)
    scale = needs_scaled_loss(model)
    compile_model(
        model,
        objective,
        optimizer(phase, steps, model.trainable_variables, around.blocks, scale_loss=scale),
        steps_per_execution=steps_per_execution,
        label_smoothing=phase.label_smoothing,
        jit_compile=around.jit_compile,
    )


def _range_test(
    model: keras.Model,
    phase: Phase,
    objective: Objective,
    train: Examples,
    seed: int,
    around: Surroundings,
) -> dict[str, Any]:
    """Tests rates on the model as the phase will train it, one batch a step, at the plain rate."""
    plain = dataclasses.replace(
        phase, learning_rate=LOWEST, schedule="constant", warmup=0, accumulate=1, ema=None, swa=None
    )
    _compile(model, dataclasses.replace(objective, metrics=list), plain, train, around)
    batches = Batches(train, phase.batch_size, seeds.child(seed, "learning_rate"))
    return find_learning_rate(model, _Epochs(batches)).as_json()


class _Epochs:
    """Batches in the order of the next epoch whenever they are begun anew."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._epoch = -1

    def __iter__(self) -> Iterator[Any]:
        self._epoch += 1
        self._batches.set_epoch(self._epoch)
        for index in range(len(self._batches)):
            yield self._batches[index]


def _remembering(
    around: Surroundings, started: float, found: dict[str, Any] | None
) -> Surroundings:
    """Has the phase's time and its range test saved along with what its owner saves."""
    memory = around.memory
    if memory is None:
        return around
    owner = memory.beside

    def beside() -> tuple[dict[str, Any], Arrays]:
        about, arrays = owner()
        seconds = time.perf_counter() - started
        return {**about, "phase_seconds": seconds, "learning_rates": found}, arrays

    return dataclasses.replace(around, memory=dataclasses.replace(memory, beside=beside))


def _run(
    model: keras.Model,
    phase: Phase,
    parts: tuple[Examples, Examples],
    seed: int,
    candidates: tuple[BestEpoch, WeightAverage | None],
    around: Surroundings,
) -> None:
    """Fits from the start, or from where a state was saved; at last the average is looked at."""
    train, validation = parts
    best, average = candidates
    steps = -(-len(train) // phase.batch_size)
    first_epoch, skipped = 0, 0
    memory = around.memory
    start = memory.start if memory else None
    if start is not None:
        x, y, *_ = Batches(train, phase.batch_size, seed)[0]
        model.test_on_batch(x, y)  # until then Keras has not made the sums of the metrics
        put_back(model.variables, start.arrays["model"])
        model.optimizer.build(model.trainable_variables)
        put_back(model.optimizer.variables, start.arrays["optimizer"])
        best.restore(start.about["best_epoch"], start.arrays.get("best"))
        first_epoch, skipped = start.position.epoch, start.position.step
        if average is not None and "average" in start.arrays:
            average.restore(start.about["averaged"], start.arrays["average"])
    listening = [StopOnNotFinite(), best, *([average] if average else []), *around.callbacks]
    if memory is not None:
        saving = SaveState(memory.checkpoint, best, steps, memory.beside, start, average)
        listening.append(saving)

    def go(first: int, last: int, skipped: int = 0) -> None:
        batches = Batches(train, phase.batch_size, seed)
        if skipped:
            batches.set_epoch(first, skipped)

        # Keras asks the data for its next epoch after this callback, so the order is a function
        # of (seed, epoch) and survives a restart.
        def next_epoch(epoch: int, logs: object) -> None:
            batches.set_epoch(epoch, skipped if epoch == first else 0)

        model.fit(
            for_keras(batches),
            validation_data=for_keras(Batches(validation, phase.batch_size)),
            initial_epoch=first,
            epochs=last,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=next_epoch), *listening],
            shuffle=False,  # the batches already are, by (seed, epoch)
            verbose=0,
        )

    if (
        skipped and not best.stopped
    ):  # the rest of this epoch has fewer batches than the epochs after it
        go(first_epoch, first_epoch + 1, skipped)
        first_epoch += 1
    if first_epoch < phase.epochs and not best.stopped:
        go(first_epoch, phase.epochs)
    if average is not None:
        average.compete(model, best, train, Batches(validation, phase.batch_size))


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
        loss=_loss(objective, label_smoothing),
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


def _loss(objective: Objective, label_smoothing: float) -> keras.losses.Loss:
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


def _moving(model: keras.Model, around: Surroundings) -> list[tuple[keras.Variable, NDArray[Any]]]:
    moving = {id(variable) for variable in model.trainable_variables}
    return [(variable, start) for variable, start in around.pretrained if id(variable) in moving]


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
