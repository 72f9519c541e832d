"""Raw pixels with ridge regression: what deep models must beat on images."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _pixels, _ridge
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class PixelsRidge:
    """Fits ridge regression on the pixels of images shrunk to 32 x 32.

    The pixels are those of `PixelsLogisticRegression`; the penalty is chosen by cross-validation
    inside the training part.
    """

    modalities = ("image",)
    kinds = ("numbers",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        mode = _pixels.mode_of(train)
        components = partial(_pixels.Components, seed)
        answer = _ridge.fit(components, _pixels.matrix(train, mode), labels, seed)
        return lambda examples: answer(_pixels.matrix(examples, mode))
