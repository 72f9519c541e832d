"""Two classes, one logit: the log-odds of the positive class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ftkeras import catalog
from ftkeras.contracts.task import Labels, Locations, class_name
from ftkeras.errors import UserError
from ftkeras.tasks import _class_names

_METRICS: tuple[str, ...] = (
    "accuracy",
    "precision",
    "recall",
    "f1_score",
    "area_under_roc_curve",
    "average_precision",
    "log_loss",
)
_SCORES: tuple[str, ...] = (
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1_score",
    "matthews_correlation",
    "area_under_roc_curve",
    "average_precision",
    "log_loss",
    "brier_score",
    "expected_calibration_error",
)


@dataclass(frozen=True)
class Binary:
    """Tells two classes apart.

    The positive class has index 1. It is the later one in the order of the class names (by value
    for numbers, so 1 after 0; else by the alphabet, so `positive` after `negative`), unless it is
    named.

    Args:
        positive: Name of the positive class.

    Example:
        >>> task = Binary(positive="spam")
        >>> vocabulary = task.fit_labels(np.array(["spam", "wanted", "spam"]))
        >>> vocabulary.class_names
        ('wanted', 'spam')
        >>> task.probabilities(np.array([[0.0]])).tolist()
        [[0.5, 0.5]]
    """

    positive: str | None = None

    name = "binary"
    kind = "classes"
    loss = "BinaryCrossentropy(from_logits=True)"
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
        """Returns the two class names, the positive one last.

        Raises:
            UserError: There are not exactly two classes, or `positive` is none of them.
        """
        names = _class_names.in_order(labels)
        if len(names) != 2:
            advice = "Take task=multiclass." if len(names) > 2 else "Check the label column."
            raise UserError(
                "Expected exactly two classes in the training part for task=binary. Received: "
                f"{_class_names.counted(labels) or 'no examples'}. {advice}"
            )
        if self.positive is None:
            return Labels(names)
        positive = class_name(self.positive)
        if positive not in names:
            raise UserError(
                f"Expected `positive` to be one of the classes: {', '.join(names)}. Received: "
                f"positive={self.positive!r}.{catalog.nearest(positive, list(names))}"
            )
        return Labels((names[1 - names.index(positive)], positive))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.int64]:
        """Returns 1 for the positive class, 0 for the other, -1 for labels that are neither."""
        return _class_names.indices(labels, vocabulary.class_names)

    def num_outputs(self, num_classes: int) -> int:
        """Returns 1, the log-odds of the positive class."""
        return 1

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(examples, 2)` float64: 1 - p and p, with p = 1 / (1 + exp(-logit)).

        Args:
            logits: `(examples, 1)`.
        """
        column = _column(logits)
        return np.stack([expit(-column), expit(column)], axis=1)

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.int64]:
        """Returns 1 where the logit is above 0 (probability above 0.5), else 0."""
        return (_column(logits) > 0).astype("int64")


def _column(logits: NDArray[Any]) -> NDArray[np.float64]:
    if logits.ndim != 2 or logits.shape[1] != 1:
        raise ValueError(
            f"Expected `logits` of shape (examples, 1). Received: logits.shape={logits.shape}."
        )
    return logits[:, 0].astype("float64")
