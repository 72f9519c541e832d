"""A class for each pixel of a picture."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import Labels, Locations
from ftkeras.data import image_file, mask_file, table
from ftkeras.errors import UserError
from ftkeras.mask import IGNORED, MOST_CLASSES, Mask, decode, encode
from ftkeras.picture_size import picture_size
from ftkeras.placement import Placement, placed
from ftkeras.tasks import _mask_places

HEAD = "feature_pyramid"
"""The head of a run that names none: one that answers for each pixel."""

_METRICS: tuple[str, ...] = ("mean_intersection_over_union", "dice_coefficient", "pixel_accuracy")
_SCORES: tuple[str, ...] = ("mean_intersection_over_union", "dice_coefficient", "pixel_accuracy")
_SHOWN = 5


@dataclass(frozen=True)
class SemanticSegmentation:
    """Says of each pixel which class it belongs to.

    A label is a mask: a picture of the size of the input whose values are classes, as a path, a
    uint8 array, or the bytes of a grey PNG file. Labels and answers are kept and judged at the size
    of the picture, whatever size the network sees; the picture is the unit that is split, counted
    and resampled. A model is trained on masks of the network's size (nearest pixel), and what it
    says is interpolated back.

    Args:
        class_names: Name of each class: value 0 of a mask is the first. `None` takes the values
            that occur in the training part, each called by its number.
        values: The value of each class in the masks, such as `[0, 255]` where white is the second;
            `None` where class k is value k (or, without names, whatever occurs).
        ignore: The value of pixels that are neither trained on nor judged: borders, or what nobody
            could tell. `None` if there is none.

    Example:
        >>> task = SemanticSegmentation(class_names=["background", "digit"])
        >>> labels = np.array([None], object)
        >>> labels[0] = np.array([[0, 1], [255, 1]], np.uint8)
        >>> vocabulary = task.fit_labels(labels)
        >>> encoded = task.encode(labels, vocabulary)
        >>> decode(encoded[0]).tolist(), vocabulary.class_names
        ([[0, 1], [255, 1]], ('background', 'digit'))
    """

    class_names: list[str] | None = None
    values: list[int] | None = None
    ignore: int | None = IGNORED

    name = "semantic_segmentation"
    kind = "masks"
    loss = "SparseCategoricalCrossentropy(from_logits=True)"  # training: pixel_cross_entropy
    monitor = "mean_intersection_over_union"
    metrics = _METRICS
    scores = _SCORES

    def __post_init__(self) -> None:
        names, values = self.class_names, self.values
        if names is not None and (
            not 2 <= len(names) <= MOST_CLASSES or len(set(names)) != len(names)
        ):
            raise UserError(
                f"Expected `class_names` to be 2 to {MOST_CLASSES} different names, the background "
                f"among them. Received: class_names={names!r}."
            )
        if values is not None and (
            len(set(values)) != len(values)
            or not all(isinstance(value, int) and 0 <= value <= IGNORED for value in values)
            or len(values) < 2
            or (names is not None and len(names) != len(values))
            or self.ignore in values
        ):
            raise UserError(
                "Expected `values` to be different numbers from 0 to 255, one for each class, and "
                f"`ignore` to be none of them. Received: values={values!r}, class_names={names!r}, "
                f"ignore={self.ignore!r}."
            )
        if self.ignore is not None and not 0 <= self.ignore <= IGNORED:
            raise UserError(
                f"Expected `ignore` to be a number from 0 to 255, or None. Received: "
                f"ignore={self.ignore!r}."
            )

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Returns `(examples,)` of `ftkeras.mask.Mask`; see `contracts.task`.

        Values are those of the masks, or, with `values`, the numbers of their classes; 255 is what
        is left out.

        Raises:
            UserError: A label is no mask, or has a value that cannot be a class.
        """
        found = np.empty(len(labels), object)
        wrong: list[tuple[int, str]] = []
        for row, label in enumerate(labels):
            if isinstance(label, Mask):
                found[row] = label
                continue
            classes, reason = _read(label)
            if classes is not None:
                classes, reason = self._numbered(classes)
            if classes is None:
                wrong.append((row, reason))
            else:
                found[row] = Mask.of(classes)
        if wrong:
            where: Any = range(len(labels)) if locations is None else locations
            shown = "; ".join(f"{where[row]}: {reason}" for row, reason in wrong[:_SHOWN])
            more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
            raise UserError(
                "Expected a mask for each picture: a grey or palette picture of its size, whose "
                f"values are classes. Received: {shown}{more}. Mend these masks, or leave them out."
            )
        return found

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns the class names: those given, else the values of the training part.

        Raises:
            UserError: There is one class only.
        """
        seen = sorted({value for each in self.read(labels) for value in each})
        if len(seen) < 2:
            raise UserError(
                "Expected at least two classes in the masks of the training part. Received: "
                f"{seen or 'none'}, with ignore={self.ignore}. Where a class is drawn as 255, say "
                f"--task='semantic_segmentation(values=[0, 255], ignore=None)'."
            )
        if self.class_names is not None:
            return Labels(tuple(self.class_names))
        if self.values is not None:
            return Labels(tuple(map(str, self.values)))
        return Labels(tuple(map(str, seen)))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.object_]:
        """Returns `(examples,)` bytes of grey PNG files: class k is k, 255 is left out.

        A mask with a class that the vocabulary lacks is `None`.
        """
        named = self.class_names is not None or self.values is not None
        count = len(vocabulary.class_names)
        known = list(range(count)) if named else [int(name) for name in vocabulary.class_names]
        index_of = np.full(256, IGNORED, np.uint8)
        index_of[known] = np.arange(count)
        same = known == list(range(count))
        encoded = np.empty(len(labels), object)
        for row, label in enumerate(self.read(labels)):
            if set(label) <= set(known):
                encoded[row] = label.png if same else encode(index_of[label.classes])
        return encoded

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of logits of a pixel: one for each class."""
        return num_classes

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(..., classes)` probabilities of each pixel."""
        return np.asarray(softmax(np.asarray(logits, "float64"), axis=-1))

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.uint8]:
        """Returns `(...)` the most probable class of each pixel."""
        return np.asarray(logits).argmax(axis=-1).astype(np.uint8)

    def targets(
        self, labels: NDArray[np.object_], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.uint8]:
        """Returns `(examples, rows, columns)` classes at the size that the network sees."""
        rows, columns = preprocess.config["size"]
        found = np.empty((len(labels), rows, columns), np.uint8)
        for row, label in enumerate(labels):
            found[row] = self.target(decode(label), preprocess)
        return found

    def target(self, classes: NDArray[np.uint8], preprocess: Preprocess) -> NDArray[np.uint8]:
        """Returns `(rows, columns)` classes of one mask at the size that the network sees.

        Args:
            classes: `(height, width)`, 255 where left out.
            preprocess: How the backbone reads inputs.
        """
        return _mask_places.to_network(classes, _placed(classes.shape, preprocess))

    def answers(
        self, outputs: NDArray[np.float32], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.object_]:
        """Returns `(examples,)` bytes of grey PNG files, each of the size of its picture."""
        found = np.empty(len(outputs), object)
        for row, logits in enumerate(outputs):
            size = picture_size(examples.inputs[row])
            found[row] = encode(_mask_places.from_network(logits, _placed(size, preprocess)))
        return found

    def compared(self, given: NDArray[np.object_]) -> NDArray[np.object_]:
        """Returns `(examples,)` of `ftkeras.mask.Mask`."""
        return table.object_array([Mask(png) for png in given])

    def told(self, answers: NDArray[np.object_]) -> list[NDArray[np.uint8]]:
        """Returns answers as a program takes them: `(height, width)` class numbers each."""
        return [decode(png) for png in answers]

    def _numbered(self, values: NDArray[np.uint8]) -> tuple[NDArray[np.uint8] | None, str]:
        """Class numbers of the values in a mask, 255 where it is left out."""
        there = set(np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist())
        if self.values is None:
            if self.ignore != IGNORED and IGNORED in there:
                return None, (
                    "has the value 255, which is not a class without `values`: name all of them, "
                    "as in values=[0, 255]"
                )
            number_of = np.arange(256, dtype=np.uint8)
        else:
            unknown = sorted(there - {*self.values, self.ignore})
            if unknown:
                told = ", ".join(map(str, unknown[:_SHOWN]))
                return None, f"has the value {told}, which is not among values={self.values}"
            number_of = np.full(256, IGNORED, np.uint8)
            number_of[self.values] = np.arange(len(self.values))
        if self.ignore is not None:
            number_of[self.ignore] = IGNORED
        return number_of[values], ""


def pixels_of(labels: Sequence[bytes], num_classes: int) -> NDArray[np.int64]:
    """Returns `(classes,)` how many pixels of encoded labels each class has.

    Args:
        labels: From `SemanticSegmentation.encode`.
        num_classes: Number of classes.
    """
    found = np.zeros(256, "int64")
    for label in labels:
        found += np.bincount(decode(label).ravel(), minlength=256)
    return found[:num_classes]


def _placed(size: tuple[int, ...], preprocess: Preprocess) -> Placement:
    return placed(size, preprocess.config["size"], preprocess.config["fit"])


def _read(label: Any) -> tuple[NDArray[np.uint8] | None, str]:
    """The values of a label as a user gives it, and what is wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of odd metadata
        if isinstance(label, str):
            return mask_file.of_path(label, image_file.MOST_PIXELS)
        if isinstance(label, bytes):
            return mask_file.read(label, image_file.MOST_PIXELS)
    if not isinstance(label, np.ndarray):
        return None, f"is {table.shown(label)[:60]}, not a mask"
    flat = label[..., 0] if label.ndim == 3 and label.shape[2] == 1 else label
    if flat.ndim != 2 or not flat.size or flat.dtype.kind not in "biu":
        return None, f"is an array {label.shape} of {label.dtype}, not (height, width) of numbers"
    if flat.min() < 0 or flat.max() > IGNORED:
        return None, f"has values from {flat.min()} to {flat.max()}, not from 0 to 255"
    return flat.astype(np.uint8), ""
