"""One of several classes: a logit for each, turned into probabilities by softmax."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from ftkeras.contracts.task import Labels, Locations
from ftkeras.errors import UserError
from ftkeras.tasks import _class_names

_METRICS: tuple[str, ...] = (
    "accuracy",
    "balanced_accuracy",
    "f1_score(average='macro')",
    "log_loss",
)
_SCORES: tuple[str, ...] = (
    "accuracy",
    "balanced_accuracy",
    "precision(average='macro')",
    "recall(average='macro')",
    "f1_score(average='macro')",
    "matthews_correlation",
    "area_under_roc_curve(average='macro')",
    "average_precision(average='macro')",
    "log_loss",
    "brier_score",
    "expected_calibration_error",
)


@dataclass(frozen=True)
class Multiclass:
    """Tells three or more classes apart, each example belonging to exactly one.

    Classes are in the order of their names: by value when all are numbers, else by the alphabet.

    Example:
        >>> task = Multiclass()
        >>> vocabulary = task.fit_labels(np.array(["10", "9", "9", "1"]))
        >>> vocabulary.class_names
        ('1', '9', '10')
        >>> task.encode(np.array(["9", "7"]), vocabulary).tolist()
        [1, -1]
    """

    name = "multiclass"
    kind = "classes"
    loss = "SparseCategoricalCrossentropy(from_logits=True)"
    monitor = "log_loss"
    metrics = _METRICS
    scores = _SCORES

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Returns the labels as they are.

        Raises:
            UserError: An example has several.
        """
        return _class_names.single(labels, locations)

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns the class names in order.

        Raises:
            UserError: There are fewer than three classes.
        """
        names = _class_names.in_order(labels)
        if len(names) < 3:
            advice = "Take task=binary." if len(names) == 2 else "Check the label column."
            raise UserError(
                "Expected at least three classes in the training part for task=multiclass. "
                f"Received: {_class_names.counted(labels) or 'no examples'}. {advice}"
            )
        return Labels(names)

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.int64]:
        """Returns class indices, -1 for labels that the vocabulary lacks."""
        return _class_names.indices(labels, vocabulary.class_names)

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of classes."""
        return num_classes

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(examples, classes)` float64: softmax over each row.

        Args:
            logits: `(examples, classes)`.
        """
        return softmax(_rows(logits), axis=1)

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.int64]:
        """Returns the class with the largest logit, the first of equals."""
        return _rows(logits).argmax(axis=1)


def _rows(logits: NDArray[Any]) -> NDArray[np.float64]:
    if logits.ndim != 2 or logits.shape[1] < 3:
        raise ValueError(
            "Expected `logits` of shape (examples, classes) with at least three classes. "
            f"Received: logits.shape={logits.shape}."
        )
    return logits.astype("float64")
