"""Parts that share no group: no author, patient or document stands in two of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data.splits import _draw
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Grouped:
    """Draws whole groups, each for the part that lacks its classes most.

    Examples of one group are alike; when some are in train, those in test are easier than new
    ones will be. Groups are drawn at random, and shares of every class are kept as well as the
    sizes of the groups allow: a part misses its share by less than the largest group.

    Args:
        column: The column that names each example's group.
        train: Share of the training part.
        validation: Share of the validation part.
        test: Share of the test part.

    Example:
        >>> texts = np.array([f"text {i}" for i in range(12)])
        >>> dataset = Dataset("text", texts, texts.astype(object), np.array(["a", "b"] * 6),
        ...     texts, columns={"author": np.arange(12) // 2})
        >>> split = Grouped(column="author", train=0.5, validation=0.25, test=0.25)(dataset, seed=0)
        >>> authors = [set(split.take(part, dataset).columns["author"]) for part in PARTS]
        >>> authors[0].isdisjoint(authors[1] | authors[2])
        True
    """

    column: str
    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15

    def __post_init__(self) -> None:
        _draw.check_shares(self.train, self.validation, self.test)

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats.

        Raises:
            UserError: There is no such column, a group is missing, or there are too few groups.
        """
        _draw.check_distinct(dataset)
        groups = self._groups(dataset)
        order = _draw.drawn_order(dataset, seed)
        _, classes = np.unique(dataset.labels, return_inverse=True)
        tallies = np.zeros((groups.max() + 1, classes.max() + 1))
        np.add.at(tallies, (groups, classes), 1)
        part_of_group = self._assigned(tallies, groups[order])
        part_of = part_of_group[groups]
        rows = {name: order[part_of[order] == part] for part, name in enumerate(PARTS)}
        return _draw.split_of(dataset, rows, "grouped", self, seed)

    def _groups(self, dataset: Dataset) -> NDArray[np.int64]:
        names = _draw.column(dataset, self.column, "grouped")
        missing = [row for row, name in enumerate(names) if name in ("", "nan")]
        if missing:
            told = ", ".join(dataset.locations[missing[:5]].tolist())
            raise UserError(
                f"Expected a group in `{self.column}` for every example. Received: "
                f"{len(missing)} without one: {told}. Fill them in, each with a name of its own "
                "where the example belongs to no group."
            )
        distinct, groups = np.unique(names, return_inverse=True)
        if len(distinct) < len(PARTS):
            raise UserError(
                f"Expected at least {len(PARTS)} groups in `{self.column}`. "
                f"Received: {', '.join(distinct)}. Take another column."
            )
        return groups

    def _assigned(
        self, tallies: NDArray[np.float64], drawn: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Returns `(groups,)` parts, the groups taking their turns in the order they were drawn."""
        totals = tallies.sum(axis=0)
        lacking = np.array([self.train, self.validation, self.test])[:, None] * totals
        part_of = np.empty(len(tallies), "int64")
        _, first = np.unique(drawn, return_index=True)
        for group in drawn[np.sort(first)]:
            # What each part lacks of these classes, rare ones counting as much as frequent ones.
            need = (lacking / totals) @ tallies[group]
            part = int(need.argmax())
            part_of[group] = part
            lacking[part] -= tallies[group]
        return part_of
