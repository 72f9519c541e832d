"""Sets of classes that hold the true one as often as promised: split conformal prediction."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from ftkeras.errors import UserError
from ftkeras.statistics._wilson import wilson

METHODS = ("least_ambiguous", "adaptive")


@dataclass(frozen=True)
class Coverage:
    """How often sets held the true class.

    Args:
        value: Share of examples whose set holds their class; `None` without examples.
        low: Lower end of its Wilson interval.
        high: Upper end.
        num_units: Examples.
    """

    value: float | None
    low: float | None
    high: float | None
    num_units: int


@dataclass(frozen=True)
class ConformalSets:
    """What prediction sets gave on examples they were not calibrated on.

    Args:
        method: `"least_ambiguous"` or `"adaptive"`.
        promised: Promised coverage.
        threshold: Classes with a nonconformity up to it are in the set; infinite means all are,
            because there were too few calibration examples.
        num_calibration: Examples it was calibrated on.
        promised_low: Lower end of the range that chance alone in drawing the calibration examples
            leaves the true coverage in.
        promised_high: Upper end.
        coverage: What was covered.
        mean_size: Classes a set, on average.
        sizes: Share of sets with 0, 1, 2, ... classes.
        single_accuracy: Share of right answers among sets of exactly one class; `None` without.
        classes: Coverage of the examples of each class.
    """

    method: str
    promised: float
    threshold: float
    num_calibration: int
    promised_low: float
    promised_high: float
    coverage: Coverage
    mean_size: float
    sizes: tuple[float, ...]
    single_accuracy: float | None
    classes: tuple[Coverage, ...]


def nonconformity(probabilities: NDArray[Any], method: str) -> NDArray[np.float64]:
    """Returns `(examples, classes)`: how odd each class would be as the true one.

    `least_ambiguous` is 1 - p of the class, which gives the smallest sets on average. `adaptive` is
    the summed probability of all classes that are more probable, which gives larger sets to harder
    examples and evens out coverage between easy and hard ones; its sets are never empty.

    Args:
        probabilities: `(examples, classes)`.
        method: One of the two.

    Raises:
        UserError: No such method.

    Example:
        >>> nonconformity(np.array([[0.5, 0.2, 0.3]]), "adaptive").round(2).tolist()
        [[0.0, 0.8, 0.5]]

    References:
        Sadinle, Lei and Wasserman, 2019, JASA 114; Romano, Sesia and Candès, 2020, NeurIPS
        (without their randomisation, so that an example's set is always the same: where the model
        is right more often than promised, more is covered than promised).
    """
    if method == "least_ambiguous":
        return 1 - np.asarray(probabilities, "float64")
    if method != "adaptive":
        raise UserError(
            f"Expected `method` to be one of {', '.join(METHODS)}. Received: method={method!r}."
        )
    order = np.argsort(-probabilities, axis=1, kind="stable")
    falling = np.take_along_axis(np.asarray(probabilities, "float64"), order, axis=1)
    above = np.cumsum(falling, axis=1) - falling
    above[:, 0] = 0.0
    found = np.empty(above.shape)
    np.put_along_axis(found, order, above, axis=1)
    return found


def conformal_threshold(scores: NDArray[Any], promised: float) -> float:
    """Returns the ceil((n + 1) promised)-th smallest score: the quantile of a finite sample.

    With n exchangeable examples, the score of a new one is at most this with probability at least
    `promised`, and at most `promised + 1 / (n + 1)` without ties. Infinite when n is too small.

    Args:
        scores: `(examples,)` nonconformity of the true class of calibration examples.
        promised: Coverage, between 0 and 1.

    Example:
        >>> conformal_threshold(np.arange(1, 10) / 10, 0.8)
        0.8
        >>> conformal_threshold(np.arange(1, 9) / 10, 0.9)
        inf

    References:
        Vovk, Gammerman and Shafer, 2005, Algorithmic Learning in a Random World, chapter 2.
    """
    rank = _rank(len(scores), promised)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf


def conformal_sets(
    calibration_probabilities: NDArray[Any],
    calibration_labels: NDArray[Any],
    probabilities: NDArray[Any],
    labels: NDArray[Any],
    *,
    method: str = "least_ambiguous",
    promised: float = 0.9,
    level: float = 0.95,
) -> ConformalSets:
    """Calibrates prediction sets on one part and checks their coverage on another.

    The guarantee holds for examples drawn like the calibration ones, which must have had no say in
    the model. Where they chose the epoch, it is approximate: a little is covered less.

    Args:
        calibration_probabilities: `(examples, classes)` on validation.
        calibration_labels: `(examples,)` class indices there.
        probabilities: `(examples, classes)` on test.
        labels: `(examples,)` class indices there.
        method: See `nonconformity`.
        promised: Coverage to reach, between 0 and 1.
        level: Confidence level of all intervals.

    Raises:
        UserError: A setting is wrong, or a part is empty.

    Example:
        >>> shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.4, 0.6]] * 5)
        >>> found = conformal_sets(shares, np.array([0, 0, 1, 1] * 5), shares, np.array([0] * 20),
        ...                        promised=0.8)
        >>> found.threshold, found.coverage.value, found.mean_size
        (0.4, 0.5, 1.0)
    """
    if not 0 < promised < 1:
        raise UserError(f"Expected `promised` between 0 and 1. Received: promised={promised!r}.")
    if not len(calibration_labels) or not len(labels):
        raise UserError(
            "Expected examples to calibrate on and to check. Received: "
            f"{len(calibration_labels)} and {len(labels)}."
        )
    rows = np.arange(len(calibration_labels))
    scores = nonconformity(calibration_probabilities, method)[rows, calibration_labels]
    threshold = conformal_threshold(scores, promised)
    inside = nonconformity(probabilities, method) <= threshold + 1e-12
    covered, size = inside[np.arange(len(labels)), labels], inside.sum(axis=1)
    single = size == 1
    low, high = _by_chance(len(scores), promised, level)
    return ConformalSets(
        method=method,
        promised=promised,
        threshold=threshold,
        num_calibration=len(scores),
        promised_low=low,
        promised_high=high,
        coverage=_coverage(covered, level),
        mean_size=float(size.mean()),
        sizes=tuple((np.bincount(size) / len(size)).tolist()),
        single_accuracy=float(covered[single].mean()) if single.any() else None,
        classes=tuple(
            _coverage(covered[labels == k], level) for k in range(probabilities.shape[1])
        ),
    )


def _rank(num_units: int, promised: float) -> int:
    # Rounding must not push 10 * 0.9 above 9.
    return math.ceil((num_units + 1) * promised - 1e-9)


def _by_chance(num_units: int, promised: float, level: float) -> tuple[float, float]:
    """Returns the range of the true coverage: it has a beta distribution over calibrations."""
    rank = _rank(num_units, promised)
    if rank > num_units:
        return 1.0, 1.0
    low, high = beta.ppf([(1 - level) / 2, (1 + level) / 2], rank, num_units + 1 - rank)
    return float(low), float(high)


def _coverage(covered: NDArray[np.bool_], level: float) -> Coverage:
    if not len(covered):
        return Coverage(None, None, None, 0)
    low, high = wilson(int(covered.sum()), len(covered), level)
    return Coverage(float(covered.mean()), low, high, len(covered))
