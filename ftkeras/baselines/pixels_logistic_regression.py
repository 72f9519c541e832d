"""Raw pixels with logistic regression: what deep models must beat on images."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _logistic_regression, _pixels
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class PixelsLogisticRegression:
    """Fits logistic regression on the pixels of images shrunk to 32 x 32.

    Pixels are grey when all training images are, else red, green and blue, in [0, 1]. They are
    projected on the first 128 principal components of the training part: on digits the result is
    that of all pixels, thirty times faster. The L2 penalty is chosen by cross-validation inside
    the training part. With several labels there is one regression a label.
    """

    modalities = ("image",)
    kinds = ("classes", "labels")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        mode = _pixels.mode_of(train)
        components = partial(_pixels.Components, seed)
        answer = _logistic_regression.fit(
            components, _pixels.matrix(train, mode), labels, num_classes, seed
        )
        return lambda examples: answer(_pixels.matrix(examples, mode))
