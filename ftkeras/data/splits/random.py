"""Parts drawn at random, whatever the labels."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import Split
from ftkeras.data import drawing


@dataclass(frozen=True)
class Random:
    """Draws parts at random; each has its share of the examples within one.

    A class may be missing from a part by chance; `stratified` prevents that.

    Args:
        train: Share of the training part.
        validation: Share of the validation part.
        test: Share of the test part.

    Example:
        >>> texts = np.array([f"text {i}" for i in range(10)])
        >>> dataset = Dataset("text", texts, texts.astype(object), texts, texts.astype(object))
        >>> split = Random(train=0.6, validation=0.2, test=0.2)(dataset, seed=0)
        >>> len(split.train), len(split.validation), len(split.test)
        (6, 2, 2)
    """

    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15

    def __post_init__(self) -> None:
        drawing.check_shares(self.train, self.validation, self.test)

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats.

        Raises:
            UserError: There are fewer than three examples, or too few for the shares.
        """
        drawing.check_distinct(dataset)
        cells = drawing.allocate(np.array([len(dataset)]), (self.train, self.validation, self.test))
        same = np.zeros(len(dataset), "int64")
        rows = drawing.parts_of_classes(same, drawing.drawn_order(dataset, seed), cells)
        return drawing.split_of(dataset, rows, "random", self, seed)
