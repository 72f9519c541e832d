"""Platt scaling: a logistic curve over the log-odds of each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from ftkeras.calibration._logits import checked, log_odds, one_versus_rest, wide
from ftkeras.contracts.calibration import CalibrationMethod, Calibrator


@dataclass(frozen=True)
class Platt(CalibrationMethod):
    """Fits a and b in 1 / (1 + exp(-(a z + b))), z being the log-odds of a class.

    With more than two classes, one curve a class, and rows are made to sum to 1. Targets are
    Platt's: (n1 + 1) / (n1 + 2) for the n1 examples of the class and 1 / (n0 + 2) for the others,
    so that separable logits do not become certainty.

    Example:
        >>> logits, labels = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
        >>> Platt().fit(logits, labels)(np.array([[2.0]])).round(2).tolist()
        [[0.21, 0.79]]

    References:
        Platt, 1999, Advances in Large Margin Classifiers, section 2. Checked against scikit-learn.
    """

    def fit(self, logits: NDArray[Any], labels: NDArray[Any]) -> "PlattScaler":
        """Fits the curves; see `CalibrationMethod.fit`."""
        rows, labels = checked(logits, labels)
        odds = log_odds(rows)
        curves = [_curve(odds[:, k], labels == k) for k in range(odds.shape[1])]
        return PlattScaler(*(tuple(each) for each in zip(*curves, strict=True)))

    def restore(self, parameters: dict[str, Any]) -> "PlattScaler":
        """Returns the scaler with these parameters."""
        return PlattScaler(tuple(parameters["slopes"]), tuple(parameters["intercepts"]))


@dataclass(frozen=True)
class PlattScaler(Calibrator):
    """Answers 1 / (1 + exp(-(slope z + intercept))) for each class, normalised.

    Args:
        slopes: One a class.
        intercepts: One a class.
    """

    slopes: tuple[float, ...]
    intercepts: tuple[float, ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """Slopes and intercepts."""
        return {"slopes": list(self.slopes), "intercepts": list(self.intercepts)}

    def __call__(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns probabilities; see `Calibrator`."""
        odds = log_odds(wide(logits))
        share = expit(odds * np.array(self.slopes) + np.array(self.intercepts))
        # Where every curve says nothing is likely, rows must still be divided by something.
        return one_versus_rest(np.maximum(share, 1e-12))


def _curve(odds: NDArray[np.float64], is_class: NDArray[np.bool_]) -> tuple[float, float]:
    inside = int(is_class.sum())
    outside = len(odds) - inside
    target = np.where(is_class, (inside + 1) / (inside + 2), 1 / (outside + 2))
    centre, scale = odds.mean(), max(float(odds.std()), 1e-12)
    standard = (odds - centre) / scale

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        exponent = values[0] * standard + values[1]
        gap = expit(exponent) - target
        value = (np.logaddexp(0, exponent) - target * exponent).mean()
        return float(value), np.array([(gap * standard).mean(), gap.mean()])

    start = np.array([scale, centre])
    slope, offset = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8}).x
    return float(slope / scale), float(offset - slope * centre / scale)
