"""Further columns that say the same of every example."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.message import joined, message


@dataclass(frozen=True)
class ConstantColumns:
    """Finds columns with one value, which cut no slices.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> dataset = from_arrays(["a", "b", "c"], [0, 1, 0], {"source": ["web"] * 3})
        >>> ConstantColumns()(dataset)[0].message
        'One value in all examples: source.'
    """

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one note; the split makes no difference."""
        constant = [
            name
            for name, values in dataset.columns.items()
            if len(np.unique(values.astype(np.str_))) == 1
        ]
        if not constant or len(dataset) < 2:
            return []
        told = message("One value in all examples: {columns}.", columns=joined(constant))
        nothing = message("Nothing to do.")
        return [Finding("constant_columns", "note", told, nothing, len(dataset))]
