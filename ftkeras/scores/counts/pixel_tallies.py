"""How many pixels of each class were right, true and predicted, image by image."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ftkeras.contracts.score import Terms


@dataclass(frozen=True)
class PixelTallies(Terms):
    """`(3, num_classes)`: pixels of a class that were right, that are true, that were predicted.

    The diagonal and both margins of the confusion matrix of the pixels. What one image adds, all
    its pixels add together: images are drawn when an interval is asked for, never pixels.

    Args:
        num_classes: Number of classes.

    Example:
        >>> from ftkeras.contracts.score import Units
        >>> labels, predicted = np.array([[0, 1, 1, -1]]), np.array([[0, 1, 0, 1]])
        >>> PixelTallies(2).tally(Units(labels, predicted, True, True)).tolist()
        [[1.0, 1.0], [1.0, 2.0], [2.0, 1.0]]
    """

    num_classes: int

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3, num_classes)`."""
        return (3, self.num_classes)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(images, 3 * num_classes)`."""
        if len(labels.shape) == 1:  # images of different sizes, tallied one by one
            return predictions
        labels = xp.array(labels, dtype="int32")
        predicted = xp.where(labels >= 0, xp.array(predictions, dtype="int32"), -1)
        right = xp.where(labels == predicted, labels, -1)
        tallied = [self._per_image(classes, xp) for classes in (right, labels, predicted)]
        return xp.concatenate(tallied, axis=-1)

    def _per_image(self, classes: Any, xp: ModuleType) -> Any:
        """Returns `(images, num_classes)`: how often each class occurs in an image."""
        images, places = xp.shape(classes)[0], self.num_classes + 1
        # The last place takes what is left out.
        place = xp.where(classes >= 0, classes, self.num_classes)
        flat = xp.arange(images, dtype="int32")[:, None] * places + place
        if xp is np:
            counted = np.bincount(flat.ravel(), minlength=images * places).astype("float64")
        else:
            flat = xp.reshape(flat, (-1,))
            counted = xp.segment_sum(xp.ones_like(flat, dtype="float32"), flat, images * places)
        return xp.reshape(counted, (-1, places))[:, : self.num_classes]
