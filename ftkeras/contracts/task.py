"""What the answer is: labels, head, loss, metrics and decoding, named rather than built."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

KINDS = ("classes", "labels", "numbers", "tags", "relevances", "spans", "masks", "boxes")
"""What an answer can be. Encoded labels have one shape a kind; row `i` belongs to example `i`:

- `"classes"`, one class of several: int64 `(examples,)` class indices;
- `"labels"`, any number of labels: int8 `(examples, labels)`, 1 where a label holds;
- `"numbers"`: float64 `(examples,)` for one target, `(examples, targets)` for several;
- `"tags"`, a tag for each word: int64 `(examples, longest)`, -1 where there is no word;
- `"relevances"`, a grade for each document of a query: float64 `(examples, longest)`, -1 where
  there is no document;
- `"spans"`, where a text holds the answer: object `(examples,)`, see `tasks.question_answering`;
- `"masks"`, a class for each pixel: object `(examples,)`, see `tasks.semantic_segmentation`;
- `"boxes"`, where things are in a picture: object `(examples,)`, see `tasks.object_detection`.
"""

OBJECTS = ("spans", "masks", "boxes")
"""Kinds whose answers are no rows of numbers; see `contracts.object_task`."""

OVER_PICTURES = ("masks", "boxes")
"""Kinds that answer for places of a picture, all of which a backbone must then see."""

BY_POSITION = ("tags", "relevances")
"""Kinds with one answer for each position of an input: each word, or each document of a query."""

SIZES = {
    "classes": "num_classes",
    "labels": "num_labels",
    "numbers": "num_outputs",
    "masks": "num_classes",
    "boxes": "num_classes",
}
"""Which argument of scores and metrics says how large an answer of a kind is, if one does."""

Locations = Sequence[Any] | NDArray[Any] | None
"""Where each example stands, in words; `None` where nobody knows."""


def class_name(label: object) -> str:
    """Returns the class name of a label; whole numbers are written without a fraction.

    Example:
        >>> class_name(1.0), class_name(np.int64(1)), class_name("1"), class_name(" spam ")
        ('1', '1', '1', 'spam')
    """
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(float(label)))
    return str(label).strip()


def label_text(label: object) -> str:
    """Returns a label as a sentence shows it; several names with a comma between them.

    Example:
        >>> label_text(("comedy", "drama")), label_text(()), label_text(2.5)
        ('comedy, drama', '(none)', '2.5')
    """
    if isinstance(label, tuple | list):
        # An answer that is a piece of a text comes with its place.
        names = [each[0] if isinstance(each, tuple) else each for each in label]
        return ", ".join(map(class_name, names)) or "(none)"
    return str(label)


def answer_text(answer: Any, class_names: Sequence[str]) -> str:
    """Returns one encoded label or answer as a person reads it.

    Args:
        answer: A row of encoded labels or of `Task.predict_label`.
        class_names: Names of classes, labels, targets or tags.

    Example:
        >>> names = ("a", "b")
        >>> answer_text(np.int64(1), names), answer_text(np.array([1, 1], "int8"), names)
        ('b', 'a, b')
        >>> answer_text(2.5, names), answer_text(np.array([2.5, 1000.0]), names)
        ('2.5', 'a 2.5, b 1000')
        >>> answer_text(np.array([0, 0, 1, -1]), names)
        'a a b'
    """
    value = np.asarray(answer)
    if value.shape == (1,) and np.issubdtype(value.dtype, np.floating):
        value = value[0]
    if value.ndim == 0:
        is_number = np.issubdtype(value.dtype, np.floating)
        return f"{value:.5g}" if is_number else class_names[int(value)]
    if value.dtype == np.int8:
        return ", ".join(class_names[k] for k in np.flatnonzero(value == 1).tolist()) or "(none)"
    if np.issubdtype(value.dtype, np.floating):
        return ", ".join(f"{n} {v:.5g}" for n, v in zip(class_names, value, strict=True))
    return " ".join(class_names[tag] for tag in value if tag >= 0)


def unknown_rows(encoded: NDArray[Any]) -> NDArray[np.int64]:
    """Returns the rows whose label the vocabulary lacks, or that hold no number.

    Args:
        encoded: What `Task.encode` gave. A class or a row of labels that the vocabulary lacks is
            -1, a tag -2, what is no number is NaN, and what is no object is `None`.

    Example:
        >>> unknown_rows(np.array([0, -1, 1])).tolist(), unknown_rows(np.array([-5.0])).tolist()
        ([1], [])
        >>> unknown_rows(np.array([[0, 1, -1], [0, -2, 1]])).tolist()
        [1]
    """
    if encoded.dtype == object:
        wrong = np.array([value is None for value in encoded], bool)
    elif np.issubdtype(encoded.dtype, np.floating):
        wrong = np.isnan(encoded)
    elif encoded.dtype == np.int64 and encoded.ndim == 2:
        wrong = encoded < -1
    else:
        wrong = encoded < 0
    return np.flatnonzero(wrong if wrong.ndim == 1 else wrong.any(axis=1))


@dataclass(frozen=True)
class Labels:
    """What is known of the labels, from the training part only.

    Args:
        class_names: Names of classes, labels, targets or tags in the order of the indices, as text.
        centre: For numbers: the mean of each target.
        spread: For numbers: the standard deviation of each target.
    """

    class_names: tuple[str, ...]
    centre: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()


def sized(kind: str, count: int) -> dict[str, int]:
    """Returns the argument of scores and metrics that says how large an answer of a kind is.

    Example:
        >>> sized("classes", 3), sized("relevances", 1)
        ({'num_classes': 3}, {})
    """
    return {SIZES[kind]: count} if kind in SIZES else {}


class Task(Protocol):
    """One file in `tasks/`. It names Keras objects by call string, so it needs no framework."""

    name: str
    kind: str
    """What an answer is, one of `KINDS`; it decides the shape of encoded labels."""

    loss: str
    """A Keras loss on logits, as a call string: `BinaryCrossentropy(from_logits=True)`."""

    metrics: tuple[str, ...]
    """Streaming metrics of `metrics/` recommended for this task, as call strings."""

    scores: tuple[str, ...]
    """Scores of `scores/` that a report shows, as call strings, headline first."""

    monitor: str
    """The score that chooses the best epoch on validation."""

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Turns labels as a user wrote them into what is compared: `(examples,)`, one form each.

        Classes stay as they are, several labels become a sorted tuple of names, one number a
        float64, several numbers a tuple of them, tags a tuple of names. What was read already
        stays as it is.

        Args:
            labels: As a data source gives them.
            locations: Where each stands, for messages.

        Raises:
            UserError: Some cannot be read; the message names them.
        """

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Builds the vocabulary from the labels of the training part."""

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[Any]:
        """Turns labels into the array of this kind; see `KINDS` and `unknown_rows`."""

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of logits for so many classes, labels, targets or tags."""

    def probabilities(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Turns logits into probabilities: `(examples, classes)` or `(examples, labels)`.

        Numbers have none; what comes back are the numbers themselves.
        """

    def predict_label(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Turns logits into answers of the same shape as encoded labels."""
