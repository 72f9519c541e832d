"""Folds that share no group."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.data import drawing
from ftkeras.data.folds import _cut


@dataclass(frozen=True)
class Grouped:
    """Tests every example once a repeat, with no other example of its group in training.

    The folds are those of scikit-learn's `StratifiedGroupKFold` on examples in drawn order, which
    keeps the proportions of the classes as well as the groups allow (of numbers, their bins; of
    several labels, the rarest). Of the rest, whole groups
    are held out for validation.

    Args:
        column: The column that names each example's group.
        folds: Number of folds.
        repeats: How often the examples are drawn anew and cut into folds.
        validation: Share of what is not tested that chooses the best epoch.

    Example:
        >>> texts = np.array([f"text {i}" for i in range(24)])
        >>> dataset = Dataset("text", texts, texts.astype(object), np.array(["a", "b"] * 12), texts,
        ...     columns={"author": np.arange(24) // 2})
        >>> split = Grouped(column="author", folds=3)(dataset, seed=0)[0]
        >>> authors = [split.take(part, dataset).columns["author"] for part in ("train", "test")]
        >>> set(authors[0]) & set(authors[1])
        set()
    """

    column: str
    folds: int = 5
    repeats: int = 1
    validation: float = 0.15

    def __post_init__(self) -> None:
        _cut.check_settings(self.folds, self.repeats, self.validation)

    def __call__(self, dataset: Dataset, seed: int) -> list[Split]:
        """Returns `folds * repeats` splits.

        Raises:
            UserError: There is no such column, a group is missing, or there are too few groups.
        """
        groups = drawing.groups_of(dataset, self.column, "grouped", self.folds + 1)

        def test_rows(order: _cut.Rows) -> Iterator[_cut.Rows]:
            folds = StratifiedGroupKFold(self.folds)
            classes = drawing.single_classes(dataset.labels[order], 1 / self.folds)
            cut = folds.split(order, classes, groups[order])
            return (places for _, places in cut)

        def hold_out(rest: _cut.Rows) -> tuple[_cut.Rows, _cut.Rows]:
            shares = (1 - self.validation, self.validation)
            part = drawing.assign_groups(groups[rest], dataset.labels[rest], shares)
            return np.flatnonzero(part == 0), np.flatnonzero(part == 1)

        return _cut.splits(dataset, seed, self.repeats, "grouped", self, test_rows, hold_out)
