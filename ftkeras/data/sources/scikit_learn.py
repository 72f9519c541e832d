"""The labelled sets that come with scikit-learn: data for a first try, without a download."""

from typing import Any

import numpy as np
from sklearn import datasets

from ftkeras import catalog
from ftkeras.contracts.dataset import Dataset
from ftkeras.data.from_arrays import from_arrays
from ftkeras.errors import UserError

TABLES = ("breast_cancer", "diabetes", "iris", "linnerud", "wine")
"""Sets that are tables, which need no backbone."""


def build(name: str = "digits") -> Dataset:
    """Returns handwritten digits, or one of five tables of numbers.

    Args:
        name: `"digits"`: 1,797 images of 8 x 8 pixels in ten classes. Or a table: `"breast_cancer"`
            (569 rows, 30 columns, 2 classes), `"iris"` (150, 4, 3), `"wine"` (178, 13, 3),
            `"diabetes"` (442, 10, a number to predict), `"linnerud"` (20, 3, three numbers).

    Raises:
        UserError: Another name.

    Example:
        >>> dataset = build()
        >>> len(dataset), dataset.inputs[0].shape, dataset.labels[:4].tolist()
        (1797, (8, 8), [0, 1, 2, 3])
        >>> build("iris").inputs[0]["petal width (cm)"], build("iris").labels[0]
        (0.2, np.str_('setosa'))
    """
    known = ["digits", *TABLES]
    if name not in known:
        raise UserError(
            f"Expected `name` of `scikit_learn` to be one of {', '.join(known)}. Received: "
            f"name={name!r}.{catalog.nearest(name, known)}"
        )
    if name == "digits":
        digits = datasets.load_digits()
        # Stored as 0..16; times 15 fills most of a byte and loses nothing.
        return from_arrays((digits.images * 15).astype(np.uint8), digits.target, name="digits")
    found = getattr(datasets, f"load_{name}")()
    columns = [str(column) for column in found.feature_names]
    rows = [dict(zip(columns, row, strict=True)) for row in found.data.tolist()]
    return from_arrays(rows, _labels(found), name=name)


def _labels(found: Any) -> Any:
    """Names of classes, where the set has classes; else numbers."""
    if len(found.get("target_names", ())) and found.target.ndim == 1:
        return np.asarray(found.target_names)[found.target].tolist()
    return found.target
