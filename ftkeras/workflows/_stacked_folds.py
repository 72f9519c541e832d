"""All folds, repeats and learning rates of a frozen recipe, as one stack of heads."""

import time

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.task import BY_POSITION
from ftkeras.errors import UserError
from ftkeras.message import joined, message
from ftkeras.model import build_head
from ftkeras.statistics.seed_variance import latin_order
from ftkeras.training.recipe import Step
from ftkeras.training.stacked_heads import (
    OPTIMIZERS,
    FittedHeads,
    FoldedExamples,
    Grid,
    StackedHeads,
)
from ftkeras.training.stacked_layers import can_stack
from ftkeras.workflows._fold_answers import FoldAnswers, Run
from ftkeras.workflows._fold_data import FoldData

_STACKED = ("epochs", "learning_rate", "batch_size", "optimizer", "weight_decay", "patience")
# What makes no difference while the backbone is frozen.
_IDLE = ("layer_decay", "l2_sp", "cache")
# What the validation loss of a stack is, whatever the answers.
_MONITORS = ("log_loss", "multilabel_log_loss", "root_mean_squared_error")


def start_seed(seed: int, repeat: int) -> int:
    """Returns the seed of initial weights in a repeat; the first is that of the run itself."""
    return seed if repeat == 0 else seeds.child(seed, f"initialisation/{repeat}")


def obstacle(config: RunConfig, data: FoldData, shape: tuple[int | None, ...]) -> str:
    """Returns why a recipe cannot run as one stack, or an empty string.

    Args:
        config: The settings.
        data: The data.
        shape: Shape of the features, without the examples.
    """
    if len(config.phases) > 1:
        return message("the recipe has more than one phase")
    phase = config.phases[0]
    if phase.freezing.name != "linear_probe":
        return message("{name} trains layers of the backbone", name=phase.freezing.name)
    if phase.optimizer.lower() not in OPTIMIZERS:
        return message(
            "a stack knows {known} only, not {name}",
            known=joined(OPTIMIZERS, " and "),
            name=phase.optimizer,
        )
    plain = Phase(phase.freezing, **{name: getattr(phase, name) for name in (*_STACKED, *_IDLE)})
    if phase != plain:
        return message("a stack knows of a phase's settings only {known}", known=joined(_STACKED))
    if config.balance or config.loss:
        return message("a stack knows neither --balance nor --loss")
    if config.augment:
        return message("a stack does not know {name}", name="--augment")
    if config.monitor:
        return message("a stack does not know {name}", name="--monitor")
    return _of_head(config, data, shape)


def _of_head(config: RunConfig, data: FoldData, shape: tuple[int | None, ...]) -> str:
    if data.task.kind in BY_POSITION:
        return message("a stack answers each example by one vector, and these are lists of vectors")
    if data.task.monitor not in _MONITORS:
        return message("a stack does not know how to choose by {name}", name=data.task.monitor)
    if catalog.constant("heads", config.head.name, "JOINS_PARTS"):
        return message("a stack knows one backbone, {name} joins several", name=config.head.name)
    outputs = data.task.num_outputs(data.num_classes)
    if not can_stack(build_head(shape, config.head, outputs, config.seed)):
        return message("a stack does not know all layers of {name}", name=str(config.head))
    return ""


def fit(
    config: RunConfig, data: FoldData, features: NDArray[np.float32], step: Step
) -> FoldAnswers:
    """Trains every head at once and returns the out-of-fold answers.

    With R repeats the runs are a Latin square: every initialisation with every assignment of
    folds, in R orders of the data, so that the variance of each can be told.

    Args:
        config: The settings, with one frozen phase.
        data: The data.
        features: `(examples, ...)` of all examples.
        step: Begins a step that a person sees.
    """
    phase = config.phases[0]
    rates = np.array(config.learning_rates or (phase.learning_rate,))
    shape = (data.repeats, data.repeats, data.folds, len(rates))
    order, split, fold, rate = np.indices(shape)
    start = (order - split) % data.repeats
    flat = (data.repeats, -1)
    grid = Grid(
        orders=tuple(seeds.child(config.seed, f"order/{number}") for number in range(shape[0])),
        fold=(split * data.folds + fold).reshape(flat),
        start=start.reshape(flat),
        learning_rate=rates[rate].reshape(flat),
        weight_decay=np.full((shape[0], rate[0].size), float(phase.weight_decay)),
    )
    outputs = data.task.num_outputs(data.num_classes)
    heads = [
        build_head(features.shape[1:], config.head, outputs, start_seed(config.seed, repeat))
        for repeat in range(data.repeats)
    ]
    stack = StackedHeads(
        heads[0],
        data.task.loss,
        epochs=phase.epochs,
        batch_size=phase.batch_size,
        patience=phase.patience,
    )
    examples = _folded(data, features)
    begun = time.perf_counter()
    fitted = stack.fit(
        examples,
        grid,
        [head.get_weights() for head in heads],
        step(message("{count} heads as one", count=grid.fold.size), "epochs"),
    )
    answers = _chosen(data, fitted, stack, features, rates)
    plain = _plain_passes(examples, grid, fitted, phase.patience or phase.epochs)
    # Numbers are fitted in standard deviations and judged in their own units.
    judged = "val_loss" if data.task.kind != "numbers" else f"val_{data.task.monitor}"
    history = {
        name: [float(v) for v in values.reshape(len(values), -1).mean(axis=1)]
        for name, values in (("loss", fitted.loss), (judged, fitted.validation_loss))
    }
    answers.phases.append(
        {
            "phase": str(phase),
            "trainable_parameters": stack.layers.parameters,
            "best_epoch": int(np.median(answers.best_epoch)),
            "seconds": round(time.perf_counter() - begun, 3),
            "history": {
                name: [v if np.isfinite(v) else None for v in values]
                for name, values in history.items()
            },
        }
    )
    answers.passes["plain"] = plain
    return answers


def _folded(data: FoldData, features: NDArray[np.float32]) -> FoldedExamples:
    """Returns the examples; numbers as deviations from the mean of each fold's training part."""
    parts = data.mask("train"), data.mask("validation")
    if data.task.kind != "numbers":
        return FoldedExamples(features, data.labels, *parts)
    centre, spread = _units(data)
    table = data.labels.reshape(len(data), -1)
    return FoldedExamples(
        features, (table - centre[:, None]) / spread[:, None], *parts, spread=spread
    )


def _units(data: FoldData) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns `(folds, targets)` means and standard deviations of the training parts."""
    known = data.vocabularies
    return np.array([each.centre for each in known]), np.array([each.spread for each in known])


def _chosen(
    data: FoldData,
    fitted: FittedHeads,
    stack: StackedHeads,
    features: NDArray[np.float32],
    rates: NDArray[np.float64],
) -> FoldAnswers:
    """Takes in each fold of each run the rate that its own validation part likes best."""
    shape = (data.repeats, data.repeats, data.folds, len(rates))
    loss = fitted.best_loss.reshape(shape)
    if not np.isfinite(loss.min(axis=-1)).all():
        raise UserError(
            "Expected a finite validation loss in every fold. Received: none at learning rates "
            f"{', '.join(f'{rate:g}' for rate in rates)}. Take smaller ones."
        )
    choice = loss.argmin(axis=-1)
    test = data.mask("test").reshape(data.repeats, data.folds, len(data))
    weights = [weight.reshape(*shape, *weight.shape[2:]) for weight in fitted.weights]
    validation = data.mask("validation")
    runs, logits, held_out = [], [], []
    for split, start in np.ndindex(data.repeats, data.repeats):
        order = latin_order(split, start, data.repeats)
        taken = [
            weight[order, split, np.arange(data.folds), choice[order, split]][None]
            for weight in weights
        ]
        answers = stack.logits(taken, features)[0]
        if data.task.kind == "numbers":
            of = slice(split * data.folds, (split + 1) * data.folds)
            centre, spread = (each[of, None].astype("float32") for each in _units(data))
            answers = answers * spread + centre
        runs.append(Run(split, start, order))
        if start == 0:
            folds = split * data.folds + np.arange(data.folds)
            held_out += [each[validation[at]] for each, at in zip(answers, folds, strict=True)]
        logits.append(answers[test[split].argmax(axis=0), np.arange(len(data))])
    at = tuple(np.array([(run.order, run.split) for run in runs]).T)
    best = np.take_along_axis(fitted.best_epoch.reshape(shape), choice[..., None], -1)[..., 0]
    return FoldAnswers(
        runs=runs,
        logits=np.stack(logits),
        learning_rate=rates[choice[at]],
        best_epoch=best[at],
        validation_loss=loss.min(axis=-1)[at],
        validation_logits=held_out,
        heads=int(np.prod(shape)),
    )


def _plain_passes(examples: FoldedExamples, grid: Grid, fitted: FittedHeads, patience: int) -> int:
    """Passes of a loop that trains one head after the other without a cache."""
    seen = (examples.train | examples.validation).sum(axis=1)[grid.fold]
    epochs = np.minimum(fitted.best_epoch + patience, len(fitted.loss))
    return int((seen * epochs).sum())
