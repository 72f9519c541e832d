"""Parts that share no group: no author, patient or document stands in two of them."""

from dataclasses import dataclass

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import drawing


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
        >>> import numpy as np
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
        drawing.check_shares(self.train, self.validation, self.test)

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats.

        Raises:
            UserError: There is no such column, a group is missing, or there are too few groups.
        """
        drawing.check_distinct(dataset)
        groups = drawing.groups_of(dataset, self.column, "grouped", len(PARTS))
        order = drawing.drawn_order(dataset, seed)
        shares = (self.train, self.validation, self.test)
        part_of = drawing.assign_groups(groups[order], dataset.labels[order], shares)
        rows = {name: order[part_of == part] for part, name in enumerate(PARTS)}
        return drawing.split_of(dataset, rows, "grouped", self, seed)
