"""The fit loop: a recipe is a list of phases, each compiled and fitted in turn on one graph."""

import dataclasses
import time
from typing import Any

import keras
import numpy as np

from ftkeras import seeds
from ftkeras.callbacks.stop_on_not_finite import StopOnNotFinite
from ftkeras.contracts.phase import Phase
from ftkeras.training import learning_rate_range
from ftkeras.training.answered_once import AnsweredOnce
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.best_epoch import BestEpoch, better
from ftkeras.training.checkpoint import SaveState, State, put_back
from ftkeras.training.examples import Examples
from ftkeras.training.objective import Objective, compile_model
from ftkeras.training.phase_optimizer import optimizer
from ftkeras.training.phase_result import PhaseResult
from ftkeras.training.precision import needs_scaled_loss
from ftkeras.training.pull import pulled
from ftkeras.training.surroundings import Memory, Surroundings
from ftkeras.training.weight_average import WeightAverage

__all__ = ["Memory", "Objective", "PhaseResult", "Surroundings", "compile_model", "fit_phase"]

STEPS_ON_FEATURES = 16
"""Steps between two returns to Python where a step is so short that Python would cost more."""


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
    start = around.start
    if objective.decoded is not None:
        model = AnsweredOnce(model, objective, phase.label_smoothing)
    with pulled(around.moving(model), phase.l2_sp):
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
        around = around.remembering(started - spent, found)
        _run(model, phase, objective, (train, validation), seed, (best, average), around)
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
    # Variables that are made inside the first step cost a second trace of it.
    model.optimizer.build(model.trainable_variables)


def _range_test(
    model: keras.Model,
    phase: Phase,
    objective: Objective,
    train: Examples,
    seed: int,
    around: Surroundings,
) -> dict[str, Any]:
    plain = dataclasses.replace(objective, metrics=list)
    _compile(model, plain, learning_rate_range.plain(phase), train, around)
    batches = Batches(train, phase.batch_size, seeds.child(seed, "learning_rate"))
    return learning_rate_range.tested(model, batches)


def _run(
    model: keras.Model,
    phase: Phase,
    objective: Objective,
    parts: tuple[Examples, Examples],
    seed: int,
    candidates: tuple[BestEpoch, WeightAverage | None],
    around: Surroundings,
) -> None:
    """Fits from the start, or from where a state was saved; at last the average is looked at."""
    train, validation = parts
    best, average = candidates
    first_epoch, skipped = 0, 0
    start = around.start
    if start is not None:
        _go_back(model, start, Batches(train, phase.batch_size, seed), candidates)
        first_epoch, skipped = start.position.epoch, start.position.step
    judged = Batches(validation, phase.batch_size)
    # What is answered once is cut here; Keras' own evaluation is given what suits the backend.
    asked = judged if objective.decoded is not None else for_keras(judged)
    listening = [StopOnNotFinite(), best, *([average] if average else []), *around.callbacks]
    memory = around.memory
    if memory is not None:
        steps = -(-len(train) // phase.batch_size)
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
            validation_data=asked,
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
        average.compete(model, best, train, phase.batch_size, asked)


def _go_back(
    model: keras.Model,
    start: State,
    batches: Batches,
    candidates: tuple[BestEpoch, WeightAverage | None],
) -> None:
    """Puts everything back as it was saved, but the position."""
    best, average = candidates
    x, y, *_ = batches[0]
    model.test_on_batch(x, y)  # until then Keras has not made the sums of the metrics
    put_back(model.variables, start.arrays["model"])
    put_back(model.optimizer.variables, start.arrays["optimizer"])
    best.restore(start.about["best_epoch"], start.arrays.get("best"))
    if average is not None and "average" in start.arrays:
        average.restore(start.about["averaged"], start.arrays["average"])


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
