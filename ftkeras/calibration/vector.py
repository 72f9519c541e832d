"""Vector scaling: a temperature and a bias for each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from ftkeras.calibration._logits import checked, wide
from ftkeras.contracts.calibration import CalibrationMethod, Calibrator


@dataclass(frozen=True)
class Vector(CalibrationMethod):
    """Fits w and b in softmax(w * logits + b) by maximum likelihood.

    Mends what one temperature cannot: classes that are answered too often or too rarely. It may
    change decisions. With two parameters a class it needs some ten examples of each. A pull toward
    "leave as it is", as weak as one example in all, keeps separable logits finite.

    Example:
        >>> logits = np.array([[2.0, 0.0, 0.0]] * 4)
        >>> scaler = Vector().fit(logits, np.array([0, 1, 1, 2]))
        >>> probabilities = scaler(logits[:1])
        >>> bool(probabilities[0, 1] > probabilities[0, 0])
        True

    References:
        Guo et al., 2017, ICML, section 4.2.
    """

    def fit(self, logits: NDArray[Any], labels: NDArray[Any]) -> "VectorScaler":
        """Fits weights and biases; see `CalibrationMethod.fit`."""
        rows, labels = checked(logits, labels)
        num_units, num_classes = rows.shape
        rows = rows - rows.mean(axis=1, keepdims=True)
        true = np.zeros_like(rows)
        true[np.arange(num_units), labels] = 1.0
        start = np.append(np.ones(num_classes), np.zeros(num_classes))

        def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            scaled = rows * values[:num_classes] + values[num_classes:]
            logs = scaled - logsumexp(scaled, axis=1, keepdims=True)
            gap = np.exp(logs) - true
            pull = values - start
            gradient = np.append((gap * rows).sum(axis=0), gap.sum(axis=0)) + pull
            value = 0.5 * float(pull @ pull) - float((logs * true).sum())
            return value / num_units, gradient / num_units

        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-7})
        return VectorScaler(
            tuple(found.x[:num_classes].tolist()), tuple(found.x[num_classes:].tolist())
        )

    def restore(self, parameters: dict[str, Any]) -> "VectorScaler":
        """Returns the scaler with these parameters."""
        return VectorScaler(tuple(parameters["weights"]), tuple(parameters["biases"]))


@dataclass(frozen=True)
class VectorScaler(Calibrator):
    """Answers softmax(weights * (logits - their mean) + biases).

    Args:
        weights: One a class.
        biases: One a class.
    """

    weights: tuple[float, ...]
    biases: tuple[float, ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """Weights and biases."""
        return {"weights": list(self.weights), "biases": list(self.biases)}

    def __call__(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns probabilities; see `Calibrator`."""
        rows = wide(logits)
        rows = rows - rows.mean(axis=1, keepdims=True)
        return np.asarray(softmax(rows * np.array(self.weights) + np.array(self.biases), axis=1))
