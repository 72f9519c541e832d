"""How far stated probabilities are from what happens, beside what chance alone would show."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.message import Message, message
from ftkeras.statistics._settings import Settings

_EXACT = 20_000
_DRAWN_TOGETHER = 50


@dataclass(frozen=True)
class CalibrationGap:
    """The expected calibration error, and what it would be for a perfectly calibrated model.

    Args:
        value: Expected calibration error, as `scores/expected_calibration_error.py` defines it.
        by_chance: Its mean for a model that states these probabilities and is perfectly calibrated:
            the bias, larger the fewer examples there are.
        by_chance_high: What such a model stays below with probability `level`.
        p_value: Probability that such a model shows at least `value`.
        num_bins: Equal-width bins over [0, 1].
        level: See `by_chance_high`.
        num_units: Examples.
        method: How chance was simulated, in words.
    """

    value: float
    by_chance: float
    by_chance_high: float
    p_value: float
    num_bins: int
    level: float
    num_units: int
    method: str


def calibration_gap(
    probability: NDArray[Any],
    happened: NDArray[Any],
    *,
    num_bins: int = 15,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 0,
) -> CalibrationGap:
    """Returns the expected calibration error and its distribution under perfect calibration.

    The sum over bins of (n_b / n) |mean of happened - mean of probability| is never negative, so
    it is above 0 for a perfect model too. How much is found by letting each event happen with the
    probability stated for it. Above 20,000 examples the sums of a bin are drawn from the normal
    distribution of the same mean and variance.

    Args:
        probability: `(examples,)` stated: of class 1 if there are two classes, else of the class
            that was answered.
        happened: `(examples,)` whether class 1 came, or the answer was right.
        num_bins: Equal-width bins; bin k holds [k / num_bins, (k + 1) / num_bins).
        level: Level of `by_chance_high`.
        resamples: Number of simulated data sets.
        seed: Seed of the simulation.

    Raises:
        UserError: There are no examples, or probabilities outside [0, 1].

    Example:
        >>> found = calibration_gap(np.full(100, 0.5), np.arange(100) < 60)
        >>> round(found.value, 3), round(found.by_chance, 2), found.p_value < 0.1
        (0.1, 0.04, True)

    References:
        Bröcker and Smith, 2007, Weather and Forecasting 22 (consistency resampling); Vaicenavicius
        et al., 2019, AISTATS.
    """
    settings = Settings(level, resamples, seed, None)
    probability, happened = np.asarray(probability, "float64"), np.asarray(happened, "float64")
    if not len(probability) or not ((probability >= 0) & (probability <= 1)).all():
        raise UserError(
            "Expected probabilities from 0 to 1, at least one. Received: "
            f"{len(probability)} from {probability.min(initial=1)} to {probability.max(initial=0)}."
        )
    place = np.clip(np.floor(probability * num_bins).astype("int64"), 0, num_bins - 1)
    stated = np.bincount(place, probability, num_bins)
    value = float(np.abs(np.bincount(place, happened, num_bins) - stated).sum() / len(place))
    exact = len(place) <= _EXACT
    draw = _events if exact else _normal
    events = draw(probability, place, num_bins, resamples, settings.generator())
    gaps = np.abs(events - stated).sum(axis=1) / len(place)
    return CalibrationGap(
        value=value,
        by_chance=float(gaps.mean()),
        by_chance_high=float(np.quantile(gaps, level)),
        p_value=float((1 + (gaps >= value - 1e-12).sum()) / (1 + resamples)),
        num_bins=num_bins,
        level=level,
        num_units=len(place),
        method=_method(resamples, exact),
    )


def _method(resamples: int, exact: bool) -> Message:
    if exact:
        return message(
            "{resamples} simulations of a perfectly calibrated model", resamples=resamples
        )
    return message(
        "{resamples} simulations of a perfectly calibrated model, normal sums in each bin",
        resamples=resamples,
    )


def _events(
    probability: NDArray[np.float64],
    place: NDArray[np.int64],
    num_bins: int,
    resamples: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Returns `(resamples, num_bins)`: events in each bin, every example drawn by itself."""
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(num_bins + 1))
    sorted_ = probability[order].astype("float32")
    found = []
    for start in range(0, resamples, _DRAWN_TOGETHER):
        size = min(_DRAWN_TOGETHER, resamples - start)
        events = rng.random((size, len(sorted_)), dtype="float32") < sorted_
        summed = np.cumsum(events, axis=1, dtype="int32")
        summed = np.concatenate([np.zeros((size, 1), "int32"), summed], axis=1)
        found.append(summed[:, ends[1:]] - summed[:, ends[:-1]])
    return np.concatenate(found).astype("float64")


def _normal(
    probability: NDArray[np.float64],
    place: NDArray[np.int64],
    num_bins: int,
    resamples: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    mean = np.bincount(place, probability, num_bins)
    spread = np.sqrt(np.bincount(place, probability * (1 - probability), num_bins))
    return np.asarray(mean + spread * rng.standard_normal((resamples, num_bins)))
