"""Folds with the same proportions of every class, label or range of numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.data import drawing
from ftkeras.data.folds import _cut
from ftkeras.data.iterative_stratification import iterative_stratification
from ftkeras.data.label_kind import kind_of, label_sets
from ftkeras.data.quantile_bins import quantile_bins
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Stratified:
    """Tests every example once a repeat, in folds that have their share of every class.

    The folds are those of scikit-learn's `StratifiedKFold` on examples in drawn order. Of the
    rest, a share of every class is held out for validation. Numbers are cut into up to ten bins of
    equally many examples, which count as classes; examples with several labels are shared out by
    iterative stratification.

    Args:
        folds: Number of folds.
        repeats: How often the examples are drawn anew and cut into folds.
        validation: Share of what is not tested that chooses the best epoch.

    Example:
        >>> texts = np.array([f"text {i}" for i in range(20)])
        >>> dataset = Dataset("text", texts, texts.astype(object), np.array(["a", "b"] * 10), texts)
        >>> splits = Stratified(folds=5)(dataset, seed=0)
        >>> len(splits), sorted(id_ for split in splits for id_ in split.test) == sorted(texts)
        (5, True)
    """

    folds: int = 5
    repeats: int = 1
    validation: float = 0.15

    def __post_init__(self) -> None:
        _cut.check_settings(self.folds, self.repeats, self.validation)

    def __call__(self, dataset: Dataset, seed: int) -> list[Split]:
        """Returns `folds * repeats` splits.

        Raises:
            UserError: A class has fewer examples than there are folds.
        """
        kind = kind_of(dataset)
        if kind == "classes":
            self._expect_enough(dataset)
        elif len(dataset) < 2 * self.folds:
            raise UserError(
                f"Expected at least 2 x folds={self.folds} examples. Received: {len(dataset)}."
            )

        def test_rows(order: _cut.Rows) -> Iterator[_cut.Rows]:
            labels = dataset.labels[order]
            places = np.arange(len(order))
            if kind == "sets":
                equal = (1 / self.folds,) * self.folds
                fold_of = iterative_stratification(label_sets(labels), places, equal)
                return (np.flatnonzero(fold_of == fold) for fold in range(self.folds))
            if kind == "numbers":
                labels = quantile_bins(labels, places, 1 / self.folds)
            return (at for _, at in StratifiedKFold(self.folds).split(labels, labels))

        def hold_out(rest: _cut.Rows) -> tuple[_cut.Rows, _cut.Rows]:
            return drawing.hold_out(dataset.labels[rest], self.validation)

        return _cut.splits(dataset, seed, self.repeats, "stratified", self, test_rows, hold_out)

    def _expect_enough(self, dataset: Dataset) -> None:
        names, counts = np.unique(dataset.labels, return_counts=True)
        rare = np.flatnonzero(counts < self.folds)
        if len(rare) or len(names) < 2:
            listed = ", ".join(f"{names[row]!s} ({counts[row]})" for row in rare[:10]) or names[0]
            raise UserError(
                f"Expected two classes or more, each with at least folds={self.folds} examples. "
                f"Received: {listed}. Take fewer folds, or add, merge or drop these classes."
            )
