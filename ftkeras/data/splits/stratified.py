"""Parts with the same proportions of every class, label or range of numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import drawing
from ftkeras.data.iterative_stratification import iterative_stratification
from ftkeras.data.label_kind import kind_of, label_sets
from ftkeras.data.quantile_bins import quantile_bins
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Stratified:
    """Draws parts at random, class by class.

    Every part gets its share of every class, rounded down or up by less than one example.
    (Calling scikit-learn's `StratifiedShuffleSplit` twice rounds twice: up to two off.)

    What else labels are is seen from them (`ftkeras.data.label_kind`). Numbers are cut into up to
    ten bins of equally many examples, and a bin is shared out like a class. Examples with several
    labels are shared out by iterative stratification, which is close but not within one example.

    Args:
        train: Share of the training part.
        validation: Share of the validation part.
        test: Share of the test part.

    Example:
        >>> texts = [f"text {i}" for i in range(20)]
        >>> dataset = Dataset("text", ids=np.array(texts), inputs=np.array(texts, object),
        ...     labels=np.array(["bad", "good"] * 10), locations=np.array(texts, object))
        >>> split = Stratified(train=0.6, validation=0.2, test=0.2)(dataset, seed=0)
        >>> split.take("test", dataset).labels.tolist().count("good"), len(split.test)
        (2, 4)
    """

    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15

    def __post_init__(self) -> None:
        drawing.check_shares(self.train, self.validation, self.test)

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats.

        Raises:
            UserError: Only one class, or a class with too few examples to be in every part.
        """
        drawing.check_distinct(dataset)
        order, shares = drawing.drawn_order(dataset, seed), self._shares
        kind = kind_of(dataset)
        if kind == "sets":
            part_of = iterative_stratification(label_sets(dataset.labels), order, shares)
            rows = {part: order[part_of[order] == index] for index, part in enumerate(PARTS)}
            return drawing.split_of(dataset, rows, "stratified", self, seed)
        if kind == "numbers":
            classes = quantile_bins(dataset.labels, order, min(shares))
            cells = drawing.allocate(np.bincount(classes), shares)
        else:
            classes, cells = self._of_classes(dataset)
        rows = drawing.parts_of_classes(classes, order, cells)
        return drawing.split_of(dataset, rows, "stratified", self, seed)

    @property
    def _shares(self) -> tuple[float, float, float]:
        return self.train, self.validation, self.test

    def _of_classes(self, dataset: Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns the class of each row, and how many of each class go to each part."""
        names, classes, counts = np.unique(dataset.labels, return_inverse=True, return_counts=True)
        if len(names) < 2:
            raise UserError(
                "Expected at least two classes to tell apart. Received: "
                f"{len(dataset)} examples, all labelled {names.tolist()}. Check the label column."
            )
        cells = drawing.allocate(counts, self._shares)
        if (cells == 0).any():
            raise self._too_few(names, counts, cells)
        return classes, cells

    def _too_few(
        self, names: NDArray[np.generic], counts: NDArray[np.int64], cells: NDArray[np.int64]
    ) -> UserError:
        rare = np.flatnonzero((cells == 0).any(axis=1))
        listed = ", ".join(f"{names[row]} ({counts[row]})" for row in rare[:10])
        more = f" and {len(rare) - 10} more classes" if len(rare) > 10 else ""
        return UserError(
            f"Expected at least {self._fewest()} examples of every class, so that each part gets "
            f"one. Received: {listed}{more}. Add examples, merge or drop these classes, give the "
            "small parts a larger share, or take split=random, which does not keep proportions."
        )

    def _fewest(self) -> int:
        count = 3
        while (drawing.allocate(np.array([count]), self._shares) == 0).any():
            count += 1
        return count
