"""Isotonic regression: any rising curve over the log-odds of each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from ftkeras.calibration._logits import checked, log_odds, one_versus_rest, wide
from ftkeras.contracts.calibration import CalibrationMethod, Calibrator


@dataclass(frozen=True)
class Isotonic(CalibrationMethod):
    """Fits the rising step curve with the least squared error, by scikit-learn.

    It bends to any shape, at the price of many examples (about a thousand) and of ties: examples
    on one step get one probability. With more than two classes, one curve a class, and rows are
    made to sum to 1. Probabilities are kept between 1 / (n + 2) and (n + 1) / (n + 2): that n
    examples showed no exception does not make one impossible.

    Example:
        >>> logits, labels = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 1, 0, 1])
        >>> curve = Isotonic().fit(logits, labels)
        >>> curve(np.array([[0.0], [9.0]]))[:, 1].round(2).tolist()
        [0.5, 0.83]

    References:
        Zadrozny and Elkan, 2002, KDD. Checked against scikit-learn.
    """

    def fit(self, logits: NDArray[Any], labels: NDArray[Any]) -> "IsotonicCurves":
        """Fits the curves; see `CalibrationMethod.fit`."""
        rows, labels = checked(logits, labels)
        odds = log_odds(rows)
        size = len(labels)
        curves = []
        for k in range(odds.shape[1]):
            fitted = IsotonicRegression(
                y_min=1 / (size + 2), y_max=(size + 1) / (size + 2), out_of_bounds="clip"
            ).fit(odds[:, k], (labels == k).astype("float64"))
            curves.append((fitted.X_thresholds_.tolist(), fitted.y_thresholds_.tolist()))
        return IsotonicCurves(tuple((tuple(x), tuple(y)) for x, y in curves))

    def restore(self, parameters: dict[str, Any]) -> "IsotonicCurves":
        """Returns the curves with these parameters."""
        return IsotonicCurves(tuple((tuple(x), tuple(y)) for x, y in parameters["curves"]))


@dataclass(frozen=True)
class IsotonicCurves(Calibrator):
    """Answers by a piecewise linear curve over the log-odds of each class, normalised.

    Args:
        curves: For each class, log-odds and probabilities between which is interpolated.
    """

    curves: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """The points of the curves."""
        return {"curves": [[list(x), list(y)] for x, y in self.curves]}

    def __call__(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns probabilities; see `Calibrator`."""
        odds = log_odds(wide(logits))
        shares = [np.interp(odds[:, k], x, y) for k, (x, y) in enumerate(self.curves)]
        return one_versus_rest(np.stack(shares, axis=1))
