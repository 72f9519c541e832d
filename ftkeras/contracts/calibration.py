"""How logits are turned into calibrated probabilities, and how that is kept on disk."""

from abc import ABC, abstractmethod
from typing import Any

from numpy.typing import NDArray


class Calibrator(ABC):
    """A fitted correction; subclasses are frozen dataclasses of plain numbers."""

    @property
    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """What was fitted, as JSON: `method.restore(parameters)` gives an equal calibrator."""

    @abstractmethod
    def __call__(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Returns `(examples, classes)` float64 probabilities whose rows sum to 1.

        Args:
            logits: `(examples, 1)` log-odds of class 1, or `(examples, classes)`.
        """


class CalibrationMethod(ABC):
    """One file in `calibration/`."""

    @abstractmethod
    def fit(self, logits: NDArray[Any], labels: NDArray[Any]) -> Calibrator:
        """Fits a correction.

        Args:
            logits: `(examples, outputs)` of examples that the model was not trained on.
            labels: `(examples,)` their class indices.

        Raises:
            UserError: There are no examples, or logits that are not finite.
        """

    @abstractmethod
    def restore(self, parameters: dict[str, Any]) -> Calibrator:
        """Returns the calibrator that has these parameters."""
