"""Each unit is an image, each of whose pixels has one class out of several."""

from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Inputs, Units
from ftkeras.errors import UserError
from ftkeras.mask import IGNORED, Mask
from ftkeras.scores.counts._softmax import largest_class


@dataclass(frozen=True)
class Segmentation(Inputs):
    """Images of class labels and of logits. Pixels of one image are alike: the unit is the image.

    Args:
        num_classes: Number of classes.
        from_logits: Whether predictions are logits (else probabilities).
        ignore_label: A label that marks pixels to leave out, such as 255; an image without any
            other is left out too. `None` for none.

    Shapes:
        y_true: `(batch, ...)` class of each pixel, for example `(batch, height, width)`; also
            `(batch, ..., 1)`.
        y_pred: `(batch, ..., num_classes)`; with two classes also `(batch, ..., 1)`, the log-odds
            (or probability) of class 1.

    Both may also be arrays of `ftkeras.mask.Mask`, pictures of any size; 255 is then left out of
    what is true. The units that come out carry the tallies of `PixelTallies` in place of
    predictions, and zeros for labels.

    Example:
        >>> import numpy as np
        >>> inputs = Segmentation(num_classes=2, ignore_label=255)
        >>> units = inputs.units(np.array([[0, 255]]), np.array([[[2.0, 1.0], [0.0, 1.0]]]), np)
        >>> units.labels.tolist(), units.predictions.tolist()
        ([[0, -1]], [[0, 1]])
    """

    unknown: ClassVar[str] = "hold pixels that are not among the classes"

    num_classes: int
    from_logits: bool = True
    ignore_label: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.num_classes, int) or self.num_classes < 2:
            raise UserError(
                "Expected `num_classes` to be an integer >= 2. Received: "
                f"num_classes={self.num_classes!r}. Count the background."
            )

    def unit_rank(self, y_pred: Any) -> int:
        """Returns 1: only the first axis counts units."""
        return 1

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns true and predicted classes `(images, pixels)`, -1 where a pixel is left out."""
        if isinstance(y_true, np.ndarray) and y_true.dtype == object:
            return self._of_masks(y_true, y_pred)
        predicted, is_good = self._predicted(y_pred, xp)
        labels = xp.array(y_true, dtype="int32")
        if len(labels.shape) == len(predicted.shape) + 1 and labels.shape[-1] == 1:
            labels = labels[..., 0]
        if len(labels.shape) != len(predicted.shape):
            raise UserError(
                "Expected a label for each pixel. Received: "
                f"y_true.shape={tuple(y_true.shape)}, y_pred.shape={tuple(y_pred.shape)}."
            )
        labels, predicted, is_good = (_pixels(x, xp) for x in (labels, predicted, is_good))
        is_known = xp.logical_and(labels >= 0, labels < self.num_classes)
        known_labels = xp.where(is_known, labels, 0)
        if self.ignore_label is None:
            return Units(
                known_labels, predicted, xp.all(is_good, axis=-1), xp.all(is_known, axis=-1)
            )
        is_ignored = labels == self.ignore_label
        return Units(
            labels=xp.where(is_ignored, -1, known_labels),
            predictions=predicted,
            is_finite=xp.all(xp.logical_or(is_good, is_ignored), axis=-1),
            is_known=xp.all(xp.logical_or(is_known, is_ignored), axis=-1),
            is_counted=xp.logical_not(xp.all(is_ignored, axis=-1)),
        )

    def _of_masks(self, truths: Any, answers: Any) -> Units:
        if len(truths) != len(answers):
            raise UserError(
                f"Expected one prediction a label. Received: {len(answers)} predictions and "
                f"{len(truths)} labels. Align them."
            )
        rows = [_tallied(*pair, self.num_classes) for pair in zip(truths, answers, strict=True)]
        tallies = np.array([row for row, _, _ in rows]).reshape(len(rows), 3 * self.num_classes)
        return Units(
            labels=np.zeros(len(rows)),
            predictions=tallies,
            is_finite=np.array([valid for _, valid, _ in rows], bool),
            is_known=np.array([known for _, _, known in rows], bool),
            is_counted=tallies.any(axis=-1),
        )

    def _predicted(self, y_pred: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns the predicted class of each pixel, and whether it was predicted at all."""
        y_pred = xp.array(y_pred, dtype="float32")
        width = y_pred.shape[-1] if len(y_pred.shape) > 1 else 0
        if width != self.num_classes and not (self.num_classes == 2 and width == 1):
            raise UserError(
                f"Expected predictions whose last axis holds {self.num_classes} logits. Received: "
                f"y_pred.shape={tuple(y_pred.shape)}. Set `num_classes` to the number of outputs "
                "of the model, the channels last."
            )
        is_good = xp.isfinite(y_pred)
        if not self.from_logits:
            is_good = xp.logical_and(is_good, xp.logical_and(y_pred >= 0, y_pred <= 1))
        if width == 1:
            predicted = xp.where(y_pred[..., 0] > (0.0 if self.from_logits else 0.5), 1, 0)
        else:
            predicted = largest_class(y_pred, xp)
        return predicted, xp.all(is_good, axis=-1)


# Several scores, models and comparisons ask for the same pairs.
@lru_cache(maxsize=1 << 16)
def _tallied(truth: Mask, answer: Mask, num_classes: int) -> tuple[NDArray[np.float64], bool, bool]:
    """What `PixelTallies` counts of one picture, whether its answer is valid, its truth known."""
    true, said = truth.classes, answer.classes
    if true.shape != said.shape:
        raise UserError(
            f"Expected an answer of the size of the picture. Received: {answer} for {truth}."
        )
    counted = true != IGNORED
    true, said = true[counted].astype("int64"), said[counted].astype("int64")
    known, valid = bool((true < num_classes).all()), bool((said < num_classes).all())
    if not (known and valid):
        return np.zeros(3 * num_classes), valid, known
    cells = np.bincount(true * num_classes + said, minlength=num_classes**2)
    table = cells.reshape(num_classes, num_classes).astype("float64")
    return np.concatenate([np.diag(table), table.sum(axis=1), table.sum(axis=0)]), True, True


def _pixels(image: Any, xp: ModuleType) -> Any:
    """Returns `(images, pixels)`."""
    pixels = 1
    for extent in xp.shape(image)[1:]:
        pixels = pixels * extent
    return xp.reshape(image, (-1, pixels))
