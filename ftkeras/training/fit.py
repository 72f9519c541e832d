"""The fit loop: a recipe is a list of phases, each compiled and fitted in turn on one graph."""

import dataclasses
import time
from collections.abc import Callable, Sequence
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
from ftkeras.training.layer_decay import factors, with_factors
from ftkeras.training.losses.cross_entropy import CrossEntropy
from ftkeras.training.optimizers import merge_duplicate_rows
from ftkeras.training.pull import pulled
from ftkeras.training.schedules import WarmUpThenDecay

# Losses whose labels can be smoothed, for they are what `CrossEntropy` computes.
_CROSS_ENTROPIES = ("BinaryCrossentropy", "SparseCategoricalCrossentropy")
# Beside all vectors: biases and scales of more axes than one, such as those of attention heads.
_NOT_DECAYED = ("bias", "gamma", "beta")


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
    """

    callbacks: Sequence[keras.callbacks.Callback] = ()
    blocks: tuple[Block, ...] = ()
    pretrained: tuple[tuple[keras.Variable, NDArray[Any]], ...] = ()
    memory: Memory | None = None


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
    # How hidden states are kept is no reason for other random numbers.
    named = dataclasses.replace(phase, cache="float32")
    keras.utils.set_random_seed(seeds.child(seed, f"fit/{named}"))
    before = model.get_weights()
    steps = -(-len(train) // phase.batch_size)
    best = BestEpoch(objective.monitor, objective.direction, phase.patience or phase.epochs)
    around = around or Surroundings()
    # A step on features is so short that Python between the steps would cost more than they do.
    on_features = train.features is not None and keras.backend.backend() == "tensorflow"
    compile_model(
        model,
        objective,
        optimizer(phase, steps, model.trainable_variables, around.blocks),
        steps_per_execution=16 if on_features else 1,
        label_smoothing=phase.label_smoothing,
    )
    with pulled(_moving(model, around), phase.l2_sp):
        _run(model, phase, (train, validation), seed, best, around)
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
        seconds=time.perf_counter() - started,
        history=best.history,
    )


def _run(
    model: keras.Model,
    phase: Phase,
    parts: tuple[Examples, Examples],
    seed: int,
    best: BestEpoch,
    around: Surroundings,
) -> None:
    """Fits from the start, or from where a state was saved."""
    train, validation = parts
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
        if best.stopped or first_epoch >= phase.epochs:
            return
    listening = [StopOnNotFinite(), best, *around.callbacks]
    if memory is not None:
        listening.append(SaveState(memory.checkpoint, best, steps, memory.beside, start))

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

    if skipped:  # the rest of this epoch has fewer batches than the epochs after it
        go(first_epoch, first_epoch + 1, skipped)
        first_epoch += 1
    if first_epoch < phase.epochs and not best.stopped:
        go(first_epoch, phase.epochs)


def compile_model(
    model: keras.Model,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer | None = None,
    *,
    steps_per_execution: int = 1,
    label_smoothing: float = 0.0,
) -> None:
    """Compiles a model for an objective; without an optimizer, for evaluation only.

    Args:
        model: The model.
        objective: Its loss and metrics.
        optimizer: What moves the weights.
        steps_per_execution: Steps between two returns to Python.
        label_smoothing: Share of each label that is spread over all classes.
    """
    model.compile(
        optimizer=optimizer or "sgd",
        loss=_loss(objective, label_smoothing),
        metrics=objective.metrics(),
        steps_per_execution=steps_per_execution,
    )


def optimizer(
    phase: Phase,
    steps: int = 1,
    variables: Sequence[keras.Variable] = (),
    blocks: Sequence[Block] = (),
) -> keras.optimizers.Optimizer:
    """Returns the Keras optimizer that a phase describes.

    Rows of an embedding that repeat in a batch are merged; see `merge_duplicate_rows`.

    Args:
        phase: The settings.
        steps: Batches an epoch.
        variables: What will be trained; those of one axis are left out of weight decay.
        blocks: The backbone's blocks from input to output, for layer decay.

    Example:
        >>> from ftkeras.call_string import Call
        >>> float(optimizer(Phase(Call("linear_probe"), learning_rate=0.5)).learning_rate)
        0.5
    """
    classes = {name.lower(): value for name, value in vars(keras.optimizers).items()}
    rate: Any = phase.learning_rate
    if phase.schedule != "constant" or phase.warmup:
        rate = WarmUpThenDecay(rate, phase.epochs * steps, phase.warmup, phase.schedule)
    made = classes[phase.optimizer.lower()](
        learning_rate=rate,
        weight_decay=float(phase.weight_decay),
        global_clipnorm=phase.clip_norm,
        gradient_accumulation_steps=phase.accumulate if phase.accumulate > 1 else None,
        use_ema=phase.ema is not None,
        ema_momentum=phase.ema or 0.99,
    )
    # Decay pulls weights towards zero; biases and normalisation scales have no reason to be there.
    made.exclude_from_weight_decay(
        var_list=[variable for variable in variables if len(variable.shape) < 2],
        var_names=list(_NOT_DECAYED),
    )
    if phase.layer_decay != 1:
        made = with_factors(made, factors(blocks, phase.layer_decay))
    # Keras would end every `fit` with the averages in the weights; `BestEpoch` does that, once.
    object.__setattr__(made, "finalize_variable_values", lambda variables: None)
    return merge_duplicate_rows(made)


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
