"""Parts by a digest of each example alone: they stay when the data grow."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import drawing


@dataclass(frozen=True)
class Hashed:
    """Puts each example where a digest of (seed, id) falls between 0 and 1.

    No other example has a say, so what was in test stays in test when examples are added or
    removed. The price: shares hold on average only; with n examples a part of share s is off by
    about sqrt(n s (1 - s)).

    Args:
        train: Share of the training part: digests below it.
        validation: Share of the validation part: digests above it and below both.
        test: Share of the test part: the rest.

    Example:
        >>> texts = np.array([f"text {i}" for i in range(100)])
        >>> dataset = Dataset("text", texts, texts.astype(object), texts, texts.astype(object))
        >>> before = Hashed()(dataset.take(range(60)), seed=0)
        >>> after = Hashed()(dataset, seed=0)
        >>> set(before.test) <= set(after.test)
        True
    """

    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15

    def __post_init__(self) -> None:
        drawing.check_shares(self.train, self.validation, self.test)

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats.

        Raises:
            UserError: A part got no example.
        """
        drawing.check_distinct(dataset)
        order = drawing.drawn_order(dataset, seed)
        keys = drawing.digests(dataset.take(order), seed)
        # The first eight of 32 bytes, as a share of all there are.
        places = keys.view(">u8")[::4].astype("float64") / 2**64
        bounds = np.cumsum([self.train, self.validation])
        part_of = np.searchsorted(bounds, places, side="right")
        rows = {name: order[part_of == part] for part, name in enumerate(PARTS)}
        return drawing.split_of(dataset, rows, "hashed", self, seed)
