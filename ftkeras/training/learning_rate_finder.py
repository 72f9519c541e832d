"""How fast may training go? The rate rises until the loss diverges, and all is put back."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.training.checkpoint import put_back, values

STEPS = 100
"""Steps of a range test, unless asked otherwise."""

LOWEST, HIGHEST = 1e-7, 10.0

# Width of the smoothing in steps, as a share of all: with 100 steps over 8 decades a third of one.
_WIDTH = 0.04
# Of the causal mean that notices divergence, and how far it has to rise above its lowest value.
_MEMORY = 0.8
_RISE = 3.0
_STEPS_AT_LEAST = 10
# Below the rate of the lowest loss by this factor at least: there, divergence is about to begin.
_MARGIN = 10.0
# A fall of the smoothed curve is one if it is this many of its standard errors: noise alone spans
# about four between the highest and the lowest of a hundred steps.
_ERRORS = 6.0


@dataclass(frozen=True)
class LearningRates:
    """What a range test saw, and what it suggests.

    The suggested rate is the one at which the smoothed loss falls most steeply over the logarithm
    of the rate, but at most a tenth of the rate at which its deepest fall ends. There is none where
    the curve does not fall by more than its noise.

    Args:
        rates: `(steps,)` learning rates, rising by a constant factor.
        losses: `(steps,)` loss of each step's batch, before the step was taken.
        smoothed: `(steps,)` the losses under a Gaussian kernel of 4% of the steps asked for.
        suggested: The rate to train with; `None` where the curve says nothing.
        lowest: The rate at which the deepest fall of the smoothed loss ends; `None` without a
            finite loss.
        diverged: Whether the test ended because the loss diverged; otherwise the highest rate was
            reached.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    suggested: float | None
    lowest: float | None
    diverged: bool

    def as_json(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        return {name: _plain(value) for name, value in vars(self).items()}


def find_learning_rate(
    model: keras.Model,
    data: Iterable[Any],
    *,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    steps: int = STEPS,
) -> LearningRates:
    """Trains with a rate that rises by a constant factor a step, and puts everything back.

    The rate of step t of T is `lowest (highest / lowest)^(t / (T - 1))`. The test ends early when
    the loss is no number, or when its running mean has risen above its lowest value by three times
    that value (or by one and a half times the first loss, where the lowest is next to nothing).
    Afterwards the model's variables (seeds of dropout among them), the optimizer's and the
    metrics' have the same bits as before.

    Args:
        model: Compiled, with a plain learning rate.
        data: Batches `(x, y)` or `(x, y, weights)`; begun anew when it ends.
        lowest: First rate.
        highest: Last rate.
        steps: T, at least 10.

    Returns:
        The curve and the suggested rate.

    Raises:
        UserError: The model is not compiled, or its rate follows a schedule; there are no batches;
            the rates do not rise.

    Example:
        >>> keras.utils.set_random_seed(0)
        >>> x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="mse")
        >>> found = find_learning_rate(model, [(x, x @ [[1.0], [2.0], [3.0]])], lowest=1e-5)
        >>> found.diverged, 0.001 < found.suggested < 1.0, float(model.optimizer.iterations)
        (True, True, 0.0)

    References:
        Smith, 2017, WACV (Cyclical Learning Rates), section 3.3.
    """
    rates = _rates(lowest, highest, steps)
    with _put_back(_checked(model)):
        losses = _losses(model, data, rates)
    return suggest(rates[: len(losses)], losses, width=_WIDTH * steps)


def suggest(
    rates: NDArray[np.float64], losses: NDArray[np.float64], width: float = _WIDTH * STEPS
) -> LearningRates:
    """Smooths a curve of losses over rates, and reads a rate from it; see `LearningRates`.

    Args:
        rates: `(steps,)` rising by a constant factor.
        losses: `(steps,)`; what comes after the first that is not finite is not looked at.
        width: Standard deviation of the smoothing kernel, in steps.

    Example:
        >>> rates = np.geomspace(1e-5, 1.0, 51)
        >>> falling = 1 / (1 + (rates / 1e-2) ** 2)  # steepest where it is 1/2, at 1e-2
        >>> round(suggest(rates, falling, width=0.5).suggested, 4)
        0.01
    """
    finite = np.isfinite(losses)
    usable = len(losses) if finite.all() else int(finite.argmin())
    smoothed = np.full(len(losses), np.nan)
    diverged = usable < len(losses) or _has_diverged(losses)
    if usable < 3:
        return LearningRates(rates, losses, smoothed, None, None, diverged)
    kernel = _kernel(usable, width)
    smoothed[:usable] = kernel @ losses[:usable]
    # The deepest fall, not the lowest place: at its ends the curve is smoothed over few steps.
    falls = np.maximum.accumulate(smoothed[:usable]) - smoothed[:usable]
    lowest = int(np.argmax(falls))
    # Neighbours differ by noise alone, or nearly so: their differences have twice its variance.
    noise = np.median(np.abs(np.diff(losses[: max(lowest, 2)]))) / 0.954
    error = noise * math.sqrt(float((kernel[lowest] ** 2).sum()))
    suggested = None
    if lowest > 0 and falls[lowest] > _ERRORS * error:
        slopes = np.gradient(smoothed[:usable], np.log(rates[:usable]))[: lowest + 1]
        rate = min(rates[int(np.argmin(slopes))], rates[lowest] / _MARGIN)
        suggested = float(f"{rate:.3g}")  # the curve knows no more digits
    return LearningRates(rates, losses, smoothed, suggested, float(rates[lowest]), diverged)


def _rates(lowest: float, highest: float, steps: int) -> NDArray[np.float64]:
    if not 0 < lowest < highest < math.inf or steps < _STEPS_AT_LEAST:
        raise UserError(
            f"Expected 0 < `lowest` < `highest` and `steps` >= {_STEPS_AT_LEAST}. "
            f"Received: lowest={lowest}, highest={highest}, steps={steps}."
        )
    return np.geomspace(lowest, highest, steps)


def _checked(model: keras.Model) -> keras.Model:
    if not model.compiled or model.optimizer is None:
        raise UserError(
            f"Expected a compiled model. Received: model={model.name!r}, which is not. "
            "Call model.compile(optimizer=..., loss=...) first."
        )
    schedule = keras.optimizers.schedules.LearningRateSchedule
    if isinstance(_inner(model.optimizer)._learning_rate, schedule):
        raise UserError(
            "Expected an optimizer with a plain learning rate, that can be raised step by step. "
            f"Received: learning_rate={_inner(model.optimizer)._learning_rate!r}. Compile with a "
            "number; give the schedule the suggested rate as its peak."
        )
    return model


def _inner(optimizer: Any) -> Any:
    return getattr(optimizer, "inner_optimizer", optimizer)


@contextmanager
def _put_back(model: keras.Model) -> Iterator[None]:
    """Restores all that a step of training changes."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    kept = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    counted = values(model.metrics_variables)
    try:
        yield
    finally:
        for variable, value in zip(
            (*model.variables, *model.optimizer.variables), kept, strict=True
        ):
            variable.assign(value)
        model.reset_metrics()
        if len(counted) == len(model.metrics_variables):
            put_back(model.metrics_variables, counted)


def _losses(
    model: keras.Model, data: Iterable[Any], rates: NDArray[np.float64]
) -> NDArray[np.float64]:
    losses: list[float] = []
    batches = _endless(data)
    for rate in rates:
        model.optimizer.learning_rate = float(rate)
        model.reset_metrics()  # Keras would return the mean over all steps so far
        logs = model.train_on_batch(*next(batches), return_dict=True)
        losses.append(float(logs["loss"]))
        if _has_diverged(np.array(losses)):
            break
    return np.array(losses)


def _endless(data: Iterable[Any]) -> Iterator[Any]:
    while True:
        empty = True
        for batch in data:
            empty = False
            yield batch
        if empty:
            raise UserError(
                f"Expected at least one batch. Received: data={data!r} without any. A generator is "
                "used up after one pass: give a list, a PyDataset or a tf.data.Dataset."
            )


def _has_diverged(losses: NDArray[np.float64]) -> bool:
    if not np.isfinite(losses).all():
        return True
    if len(losses) < _STEPS_AT_LEAST:
        return False
    running = _running_mean(losses)
    lowest = running.min()
    return bool(running[-1] > lowest + _RISE * max(abs(lowest), abs(losses[0]) / 2))


def _running_mean(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """An exponential mean without its bias towards zero (Kingma and Ba's correction)."""
    total, found = 0.0, []
    for step, loss in enumerate(losses, start=1):
        total = _MEMORY * total + (1 - _MEMORY) * loss
        found.append(total / (1 - _MEMORY**step))
    return np.array(found)


def _kernel(steps: int, width: float) -> NDArray[np.float64]:
    """`(steps, steps)` weights of a Gaussian around each step, of sum 1."""
    place = np.arange(steps)
    weights = np.exp(-0.5 * ((place[:, None] - place[None]) / width) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _plain(value: Any) -> Any:
    """JSON has neither arrays nor infinity."""
    if isinstance(value, np.ndarray):
        return [float(each) if np.isfinite(each) else None for each in value]
    return value
