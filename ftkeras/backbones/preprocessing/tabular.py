"""Rows of numbers and categories to one vector each, by what the training part says of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Encoded
from ftkeras.errors import UserError

INPUT = "table"
# A column of more has identifiers in it rather than categories; those beyond it count as unknown.
_MOST_CATEGORIES = 256


class Tabular:
    """Preprocessing of tables: fitted on the training part, and nothing else.

    A row is a dictionary: a number is a float (`nan` where it is missing), a category a text. It
    becomes `[numbers, missing, categories]`: numbers less their mean over their standard deviation
    (0 where missing, or where the column is constant), 1 where a number is missing, and the index
    of each category, 0 for one that the training part lacks; a missing category is the empty text
    and a category like others.

    Args:
        numbers: Column -> mean and standard deviation over the training part.
        categories: Column -> its categories, most frequent first; index i + 1 is that of the i-th.

    Raises:
        UserError: From a call: a row lacks a column, or holds another kind of value.

    Shapes:
        table: `(rows, 2 numbers + categories)` float32.

    Example:
        >>> rows = [{"age": 20.0, "city": "Bern"}, {"age": 40.0, "city": "Rome"}]
        >>> table = Tabular.fitted(rows)
        >>> table([{"age": float("nan"), "city": "Rome"}]).arrays["table"].tolist()
        [[0.0, 1.0, 2.0]]
    """

    modality = "tabular"

    def __init__(
        self, numbers: Mapping[str, Sequence[float]], categories: Mapping[str, Sequence[str]]
    ) -> None:
        self.numbers = {name: (float(mean), float(std)) for name, (mean, std) in numbers.items()}
        self.categories = {name: tuple(known) for name, known in categories.items()}
        self._indices = {
            name: {category: index for index, category in enumerate(known, start=1)}
            for name, known in self.categories.items()
        }

    @classmethod
    def fitted(cls, values: Sequence[Any]) -> Self:
        """Takes means, deviations and categories from the rows of a training part.

        Args:
            values: Dictionaries: column -> float or text, the same columns in each.

        Raises:
            UserError: There are no rows or no columns.
        """
        if not len(values) or not isinstance(values[0], Mapping) or not values[0]:
            raise UserError(
                "Expected rows with columns of numbers or categories. Received: "
                f"{len(values)} rows{f', {values[0]!r:.80} first' if len(values) else ''}."
            )
        numbers: dict[str, tuple[float, float]] = {}
        categories: dict[str, list[str]] = {}
        for name, first in values[0].items():
            column = [row[name] for row in values]
            if isinstance(first, str):
                known, counts = np.unique(np.array(column, dtype=str), return_counts=True)
                order = np.argsort(-counts, kind="stable")[:_MOST_CATEGORIES]
                categories[name] = known[order].tolist()
            else:
                there = np.array(column, "float64")
                there = there[~np.isnan(there)]
                numbers[name] = (there.mean(), there.std()) if len(there) else (0.0, 0.0)
        return cls(numbers, categories)

    @property
    def config(self) -> dict[str, Any]:
        """Columns, moments and vocabularies, as JSON values."""
        return {
            "modality": self.modality,
            "numbers": {name: list(moments) for name, moments in self.numbers.items()},
            "categories": {name: list(known) for name, known in self.categories.items()},
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Encodes rows."""
        count = len(self.numbers)
        table = np.zeros((len(values), 2 * count + len(self.categories)), np.float32)
        for place, (name, (mean, std)) in enumerate(self.numbers.items()):
            column = np.array(self._column(values, name, (float, int)), "float64")
            missing = np.isnan(column)
            table[:, place] = np.where(missing, 0.0, (column - mean) / (std or np.inf))
            table[:, count + place] = missing
        for place, (name, indices) in enumerate(self._indices.items(), start=2 * count):
            table[:, place] = [indices.get(x, 0) for x in self._column(values, name, (str,))]
        return Encoded({INPUT: table})

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns ones: all rows are alike."""
        return np.ones(len(values), np.int64)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` to an existing directory."""
        text = json.dumps(self.config, indent=1, ensure_ascii=False)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config`."""
        return cls(config["numbers"], config["categories"])

    def _column(self, values: Sequence[Any], name: str, kinds: tuple[type, ...]) -> list[Any]:
        for index, row in enumerate(values):
            if not isinstance(row, Mapping) or not isinstance(row.get(name), kinds):
                what = "text" if str in kinds else "number (nan where it is missing)"
                raise UserError(
                    f"Expected rows with a {what} in `{name}`. Received: row {index} is "
                    f"{row!r:.80}. Give the columns that the model was trained on."
                )
        return [row[name] for row in values]
