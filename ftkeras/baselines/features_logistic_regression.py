"""A linear probe: logistic regression on what the frozen backbone says, without fine-tuning."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from ftkeras.baselines import _logistic_regression
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class FeaturesLogisticRegression:
    """Fits logistic regression to the optimum on frozen features.

    Features are standardised by the training part; the L2 penalty is chosen by cross-validation
    inside it. With several labels there is one regression a label. What a fine-tuned backbone
    gains over this is what training its weights was worth.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> labels = np.arange(40) % 2
        >>> features = rng.normal(size=(40, 3)) + 3 * labels[:, None]
        >>> names = np.arange(40).astype(str)
        >>> train = Dataset("features", names, features, labels, names)
        >>> answer = FeaturesLogisticRegression().fit(train, labels, num_classes=2, seed=0)
        >>> bool(np.mean((answer(train)[:, 0] > 0) == labels) > 0.9)
        True

    References:
        Alain and Bengio, 2016, Understanding intermediate layers using linear classifier probes.
    """

    modalities = ("features",)
    kinds = ("classes", "labels")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`. Inputs are `(examples, features)`."""
        answer = _logistic_regression.fit(StandardScaler, train.inputs, labels, num_classes, seed)
        return lambda examples: answer(examples.inputs)
