"""A linear probe of numbers: ridge regression on what the frozen backbone says."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from ftkeras.baselines import _ridge
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class FeaturesRidge:
    """Fits ridge regression on frozen features.

    Features are standardised by the training part; the penalty is chosen by cross-validation
    inside it. What a fine-tuned backbone gains over this is what training its weights was worth.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> features = rng.normal(size=(40, 3))
        >>> labels, names = features @ [1.0, -2.0, 0.0] + 5, np.arange(40).astype(str)
        >>> train = Dataset("features", names, features, labels, names)
        >>> answer = FeaturesRidge().fit(train, labels, num_classes=1, seed=0)
        >>> bool(np.abs(answer(train)[:, 0] - labels).max() < 0.01)
        True

    References:
        Alain and Bengio, 2016, Understanding intermediate layers using linear classifier probes.
    """

    modalities = ("features",)
    kinds = ("numbers",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _ridge.fit(StandardScaler, train.inputs, labels, seed)
        return lambda examples: answer(examples.inputs)
