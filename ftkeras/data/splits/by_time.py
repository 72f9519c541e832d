"""Parts by time: the past trains, the future tests."""

import datetime
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import drawing
from ftkeras.errors import UserError


@dataclass(frozen=True)
class ByTime:
    """Cuts the examples in the order of a column of times: train, then validation, then test.

    That is how a model is used: on what comes after its training data. Examples of one moment
    stay together, in the earlier part, so shares are met as well as ties allow. The seed changes
    nothing but the order within the parts.

    Args:
        column: The column of times: ISO 8601 dates (`2024-05-17`, `2024-05-17T12:30:00+02:00`;
            without a zone: UTC) or numbers.
        train: Share of the training part, the earliest examples.
        validation: Share of the validation part.
        test: Share of the test part, the latest examples.

    Example:
        >>> texts = np.array(["a", "b", "c", "d"])
        >>> dataset = Dataset("text", texts, texts.astype(object), texts, texts.astype(object),
        ...     columns={"year": np.array([2023, 2020, 2021, 2022])})
        >>> rule = ByTime(column="year", train=0.5, validation=0.25, test=0.25)
        >>> rule(dataset, seed=0).test.tolist()
        ['a']
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
            UserError: There is no such column, it holds something else than times, or too few.
        """
        drawing.check_distinct(dataset)
        times = self._times(dataset)
        ordered = np.sort(times)
        last = [
            ordered[max(round(share * len(ordered)), 1) - 1]
            for share in (self.train, self.train + self.validation)
        ]
        part_of = np.searchsorted(np.array(last), times, side="left")
        order = drawing.drawn_order(dataset, seed)
        rows = {name: order[part_of[order] == part] for part, name in enumerate(PARTS)}
        return drawing.split_of(dataset, rows, "by_time", self, seed)

    def _times(self, dataset: Dataset) -> NDArray[np.float64]:
        written = drawing.column(dataset, self.column, "by_time")
        times = np.array([_seconds(text) for text in written])
        wrong = np.flatnonzero(np.isnan(times))
        if len(wrong):
            told = ", ".join(f"{written[row]!r} ({dataset.locations[row]})" for row in wrong[:5])
            raise UserError(
                f"Expected ISO 8601 dates or numbers in `{self.column}`. Received: {told}"
                f"{f' and {len(wrong) - 5} more' if len(wrong) > 5 else ''}. Write 2024-05-17."
            )
        return times


def _seconds(text: str) -> float:
    """Returns a number as it is, a date as seconds since 1970, or NaN."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return zoned.timestamp()
