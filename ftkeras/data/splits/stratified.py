"""Parts with the same proportions of every class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.data import drawing
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Stratified:
    """Draws parts at random, class by class.

    Every part gets its share of every class, rounded down or up by less than one example.
    (Calling scikit-learn's `StratifiedShuffleSplit` twice rounds twice: up to two off.)

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
        names, classes, counts = np.unique(dataset.labels, return_inverse=True, return_counts=True)
        if len(names) < 2:
            raise UserError(
                "Expected at least two classes to tell apart. Received: "
                f"{len(dataset)} examples, all labelled {names.tolist()}. Check the label column."
            )
        cells = drawing.allocate(counts, (self.train, self.validation, self.test))
        if (cells == 0).any():
            raise self._too_few(names, counts, cells)
        rows = drawing.parts_of_classes(classes, drawing.drawn_order(dataset, seed), cells)
        return drawing.split_of(dataset, rows, "stratified", self, seed)

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
        shares = (self.train, self.validation, self.test)
        count = 3
        while (drawing.allocate(np.array([count]), shares) == 0).any():
            count += 1
        return count
