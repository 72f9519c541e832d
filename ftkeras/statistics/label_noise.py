"""Which labels are probably wrong, by confident learning."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.statistics._wilson import wilson


@dataclass(frozen=True)
class LabelNoise:
    """Suspected labels, and what they would mean for the accuracy.

    Args:
        suspects: `(suspects,)` rows, the most suspicious first.
        suggested: `(suspects,)` the class that the model would rather give each.
        margins: `(suspects,)` probability of the given label minus that of the suggested one.
        self_confidence: `(suspects,)` probability of the given label.
        joint: `(classes, classes)` estimated share of units with given label i and true label j.
        thresholds: `(classes,)` mean probability of a class among units labelled so; NaN without.
        noise: Estimated share of wrong labels: 1 minus the diagonal of `joint`.
        share: Share of units that are suspects.
        share_low: Lower end of its Wilson interval.
        share_high: Upper end.
        accuracy: Accuracy with the labels as they are.
        accuracy_corrected: Accuracy if every suspect's suggested label were the true one.
        accuracy_low: Smallest accuracy, whichever suspects are wrongly labelled: each of them is
            given the label, of the two, that the model did not answer.
        accuracy_high: Largest accuracy: each is given the label, of the two, that it did answer.
    """

    suspects: NDArray[np.int64]
    suggested: NDArray[np.int64]
    margins: NDArray[np.float64]
    self_confidence: NDArray[np.float64]
    joint: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    noise: float
    share: float
    share_low: float
    share_high: float
    accuracy: float
    accuracy_corrected: float
    accuracy_low: float
    accuracy_high: float


def label_noise(probabilities: NDArray[Any], labels: NDArray[Any]) -> LabelNoise:
    """Finds labels that a model is confident are wrong.

    A class is *confident* for a unit where its probability is at least t_j, the mean probability of
    class j among the units labelled j. The confident joint counts units by given label and by the
    most probable confident class; off its diagonal stand the suspects. Each class has its own
    threshold, so a class the model is shy about is not accused more often.

    Probabilities must come from a model that was not trained on these labels. A mistake that the
    model makes with conviction looks the same as a wrong label: suspects are for a person to check.

    Args:
        probabilities: `(units, classes)`, held out.
        labels: `(units,)` given class indices.

    Raises:
        UserError: Shapes do not fit, or labels are unknown.

    Example:
        >>> probabilities = np.array([[0.9, 0.1]] * 9 + [[0.1, 0.9]] * 10)
        >>> labels = np.array([0] * 8 + [1] + [1] * 10)  # the ninth is wrong
        >>> found = label_noise(probabilities, labels)
        >>> found.suspects.tolist(), found.suggested.tolist(), round(found.noise, 3)
        ([8], [0], 0.053)

    References:
        Northcutt, Jiang and Chuang, 2021, JAIR 70, equations 1 to 3; ranked by normalised margin
        (section 3.2).
    """
    probabilities, labels = _checked(probabilities, labels)
    num_units, num_classes = probabilities.shape
    rows = np.arange(num_units)
    sizes = np.bincount(labels, minlength=num_classes).astype("float64")
    own = probabilities[rows, labels]
    with np.errstate(invalid="ignore"):
        thresholds = np.bincount(labels, own, num_classes) / sizes
    # A mean of equal numbers can be rounded above them.
    confident = probabilities >= np.where(sizes > 0, thresholds, np.inf) - 1e-12
    best = np.where(confident, probabilities, -np.inf).argmax(axis=1)
    is_confident = confident.any(axis=1)
    joint = _joint(labels[is_confident], best[is_confident], sizes)
    others = probabilities.copy()
    others[rows, labels] = -np.inf
    accused = np.flatnonzero(is_confident & (best != labels))
    margins = own[accused] - others[accused].max(axis=1)
    order = np.argsort(margins, kind="stable")
    suspects = accused[order]
    low, high = wilson(len(suspects), num_units)
    return LabelNoise(
        suspects=suspects,
        suggested=best[suspects],
        margins=margins[order],
        self_confidence=own[suspects],
        joint=joint,
        thresholds=thresholds,
        noise=max(0.0, float(1 - np.trace(joint))),
        share=len(suspects) / num_units,
        share_low=low,
        share_high=high,
        **_accuracies(probabilities.argmax(axis=1), labels, suspects, best[suspects]),
    )


def _checked(probabilities: Any, labels: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    probabilities, labels = np.asarray(probabilities, "float64"), np.asarray(labels)
    shape = probabilities.shape
    if len(shape) != 2 or shape[1] < 2 or labels.shape != shape[:1] or not len(labels):
        raise UserError(
            "Expected one row of probabilities and one label a unit. Received: "
            f"probabilities.shape={shape}, labels.shape={labels.shape}."
        )
    if not np.isfinite(probabilities).all() or labels.min() < 0 or labels.max() >= shape[1]:
        raise UserError(
            f"Expected finite probabilities and labels in [0, {shape[1]}). Received: labels from "
            f"{labels.min()} to {labels.max()}, probabilities from {probabilities.min()} to "
            f"{probabilities.max()}."
        )
    return probabilities, labels.astype("int64")


def _joint(
    labels: NDArray[np.int64], best: NDArray[np.int64], sizes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the confident joint, its rows brought to the sizes of the classes, as shares."""
    num_classes = len(sizes)
    counted = np.bincount(labels * num_classes + best, minlength=num_classes**2)
    counted = counted.reshape(num_classes, num_classes).astype("float64")
    total = counted.sum(axis=1, keepdims=True)
    # A class without a confident unit is believed as it is.
    row = np.divide(counted, total, out=np.eye(num_classes), where=total > 0)
    scaled = row * sizes[:, None]
    return np.asarray(scaled / scaled.sum())


def _accuracies(
    predicted: NDArray[np.int64],
    labels: NDArray[np.int64],
    suspects: NDArray[np.int64],
    suggested: NDArray[np.int64],
) -> dict[str, float]:
    right = predicted == labels
    outside = right.copy()
    outside[suspects] = False
    mended = predicted[suspects] == suggested
    either = mended | right[suspects]
    size = len(labels)
    return {
        "accuracy": float(right.mean()),
        "accuracy_corrected": float((outside.sum() + mended.sum()) / size),
        "accuracy_low": float(outside.mean()),
        "accuracy_high": float((outside.sum() + either.sum()) / size),
    }
