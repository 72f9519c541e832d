"""The labelled images that come with scikit-learn: data for a first try, without a download."""

import numpy as np
from sklearn.datasets import load_digits

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError

_TABULAR = ("breast_cancer", "diabetes", "iris", "linnerud", "wine")


def build(name: str = "digits") -> Dataset:
    """Returns 1,797 handwritten digits of 8 x 8 pixels in ten classes.

    Args:
        name: `"digits"`. The other sets of scikit-learn are tables of numbers, which no backbone
            reads.

    Raises:
        UserError: Another name.

    Example:
        >>> dataset = build()
        >>> len(dataset), dataset.inputs[0].shape, dataset.labels[:4].tolist()
        (1797, (8, 8), [0, 1, 2, 3])
    """
    if name in _TABULAR:
        raise UserError(
            f"Expected a set of images: digits. Received: name={name!r}, a table of numbers, which "
            "no backbone reads."
        )
    if name != "digits":
        raise UserError(
            "Expected `name` of `scikit_learn` to be digits. Received: "
            f"name={name!r}.{catalog.nearest(name, ['digits'])}"
        )
    digits = load_digits()
    # Stored as 0..16; times 15 fills most of a byte and loses nothing.
    return from_arrays((digits.images * 15).astype(np.uint8), digits.target, name="digits")
