"""Folds drawn at random, whatever the labels."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.data import drawing
from ftkeras.data.folds import _cut
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Random:
    """Tests every example once a repeat, in folds whose sizes differ by one at most.

    Args:
        folds: Number of folds.
        repeats: How often the examples are drawn anew and cut into folds.
        validation: Share of what is not tested that chooses the best epoch.

    Example:
        >>> texts = np.array([f"text {i}" for i in range(20)])
        >>> dataset = Dataset("text", texts, texts.astype(object), texts, texts)
        >>> [len(split.test) for split in Random(folds=3)(dataset, seed=0)]
        [7, 7, 6]
    """

    folds: int = 5
    repeats: int = 1
    validation: float = 0.15

    def __post_init__(self) -> None:
        _cut.check_settings(self.folds, self.repeats, self.validation)

    def __call__(self, dataset: Dataset, seed: int) -> list[Split]:
        """Returns `folds * repeats` splits.

        Raises:
            UserError: There are too few examples.
        """
        if len(dataset) < self.folds:
            raise UserError(
                f"Expected at least folds={self.folds} examples. Received: {len(dataset)}."
            )

        def test_rows(order: _cut.Rows) -> list[_cut.Rows]:
            return np.array_split(np.arange(len(order)), self.folds)

        def hold_out(rest: _cut.Rows) -> tuple[_cut.Rows, _cut.Rows]:
            return drawing.hold_out(np.zeros(len(rest)), self.validation)

        return _cut.splits(dataset, seed, self.repeats, "random", self, test_rows, hold_out)
