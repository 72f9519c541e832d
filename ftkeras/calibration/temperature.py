"""Temperature scaling: one number makes all answers more or less sure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from ftkeras.calibration._logits import checked, wide
from ftkeras.contracts.calibration import CalibrationMethod, Calibrator

_WIDEST = 5.0


@dataclass(frozen=True)
class Temperature(CalibrationMethod):
    """Fits T in softmax(logits / T) by maximum likelihood; T > 1 means it was too sure.

    The order of classes and the decisions stay as they are. One parameter cannot overfit, so a
    hundred examples do; it cannot mend a bias toward a class either. T is kept between
    exp(-5) and exp(5), which only separable or useless logits reach.

    Example:
        >>> logits, labels = np.array([[4.0], [4.0], [4.0], [-4.0]]), np.array([1, 1, 0, 0])
        >>> scaler = Temperature().fit(logits, labels)
        >>> scaler(np.array([[4.0]])).round(2).tolist()  # right three times in four
        [[0.25, 0.75]]
        >>> round(scaler.temperature, 2)
        3.64

    References:
        Guo et al., 2017, ICML, section 4.2. Checked against scikit-learn.
    """

    def fit(self, logits: NDArray[Any], labels: NDArray[Any]) -> "TemperatureScaler":
        """Fits the temperature; see `CalibrationMethod.fit`."""
        rows, labels = checked(logits, labels)
        rows = rows - rows.max(axis=1, keepdims=True)
        mean_true = rows[np.arange(len(rows)), labels].mean()

        def loss(log_inverse: float) -> float:
            inverse = np.exp(log_inverse)
            return float(logsumexp(inverse * rows, axis=1).mean() - inverse * mean_true)

        found = minimize_scalar(
            loss, bounds=(-_WIDEST, _WIDEST), method="bounded", options={"xatol": 1e-7}
        )
        return TemperatureScaler(float(np.exp(-found.x)))

    def restore(self, parameters: dict[str, Any]) -> "TemperatureScaler":
        """Returns the scaler with these parameters."""
        return TemperatureScaler(float(parameters["temperature"]))


@dataclass(frozen=True)
class TemperatureScaler(Calibrator):
    """Answers softmax(logits / temperature).

    Args:
        temperature: Above 0; above 1 makes answers less sure.
    """

    temperature: float

    @property
    def parameters(self) -> dict[str, Any]:
        """The temperature."""
        return {"temperature": self.temperature}

    def __call__(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns probabilities; see `Calibrator`."""
        return np.asarray(softmax(wide(logits) / self.temperature, axis=1))
