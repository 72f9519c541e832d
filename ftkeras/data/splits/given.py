"""Parts that the user made, named in a column."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import drawing
from ftkeras.data.repeats import ALIASES
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Given:
    """Takes each example's part from a column: `train`, `validation` (or `val`, `dev`) or `test`.

    When no example is named for validation, a share of train is held out, class by class as
    `stratified` does; choosing the best epoch on test would make its score a lie.

    Args:
        column: The column that names the part.
        validation: Share of train that becomes validation when the column has none.
        together: A column whose values are then not torn apart: no value stands both in what is
            left of train and in validation.

    Example:
        >>> texts = np.array(["a", "b", "c"])
        >>> dataset = Dataset("text", texts, texts.astype(object), texts, texts.astype(object),
        ...     columns={"part": np.array(["test", "train", "dev"])})
        >>> Given(column="part")(dataset, seed=0).validation.tolist()
        ['c']
    """

    column: str
    validation: float = 0.15
    together: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.validation < 1:
            raise UserError(
                "Expected `validation` of split=given between 0 and 1. Received: "
                f"validation={self.validation!r}."
            )

    def __call__(self, dataset: Dataset, seed: int) -> Split:
        """Returns the split of a dataset without repeats.

        Raises:
            UserError: There is no such column, it names other parts, or train or test is empty.
        """
        drawing.check_distinct(dataset)
        order = drawing.drawn_order(dataset, seed)
        part_of = self._parts(dataset)
        rows = {part: order[part_of[order] == part] for part in PARTS}
        if not len(rows["validation"]):
            train = rows["train"]
            kept, held_out = self._held_out(dataset, train)
            rows["train"], rows["validation"] = train[kept], train[held_out]
        return drawing.split_of(dataset, rows, "given", self, seed)

    def _held_out(
        self, dataset: Dataset, train: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        labels = dataset.labels[train]
        if self.together is None:
            return drawing.hold_out(labels, self.validation)
        groups = drawing.groups_of(dataset.take(train), self.together, "given", 2)
        part_of = drawing.assign_groups(groups, labels, (1 - self.validation, self.validation))
        return np.flatnonzero(part_of == 0), np.flatnonzero(part_of == 1)

    def _parts(self, dataset: Dataset) -> NDArray[np.str_]:
        written = [name.lower() for name in drawing.column(dataset, self.column, "given")]
        parts = np.array([ALIASES.get(name, name) for name in written])
        other = np.flatnonzero(~np.isin(parts, PARTS))
        if len(other):
            told = ", ".join(f"{written[row]!r} ({dataset.locations[row]})" for row in other[:5])
            more = f" and {len(other) - 5} more" if len(other) > 5 else ""
            raise UserError(
                f"Expected `{self.column}` to be one of: {', '.join(PARTS)}. "
                f"Received: {told}{more}. Correct the column, or take split=stratified."
            )
        return parts
