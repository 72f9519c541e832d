"""The law of the house: a score is a formula over counts that are sums over independent units.

`xp` is the array namespace: `numpy` on predictions that lie on disk, `keras.ops` inside a compiled
step. Whatever is written here uses only what both have, so that one text serves both.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from math import prod
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.call_string import Call
from ftkeras.catalog import file_name
from ftkeras.errors import UserError


@dataclass(frozen=True)
class Units:
    """A batch, one row an independent unit.

    Args:
        labels: `(units, ...)` what is true.
        predictions: `(units, ...)` what the model answered, floating point. Units that are not
            finite weigh nothing, so counts may make of them what they like, within their size.
        is_finite: `(units,)` false where a prediction is NaN, infinite or otherwise invalid.
        is_known: `(units,)` false where the label is none that exists (class 0 stands there now).
        is_counted: `(units,)` false where the label says "leave me out"; `None` counts all.
    """

    labels: Any
    predictions: Any
    is_finite: Any
    is_known: Any
    is_counted: Any = None

    def take(self, rows: NDArray[Any]) -> "Units":
        """Returns the units of the given rows (indices or a mask), in NumPy."""
        counted = None if self.is_counted is None else self.is_counted[rows]
        return Units(
            labels=self.labels[rows],
            predictions=self.predictions[rows],
            is_finite=self.is_finite[rows],
            is_known=self.is_known[rows],
            is_counted=counted,
        )


class Inputs(ABC):
    """How labels and predictions, as a user hands them over, become units."""

    unknown: ClassVar[str] = "are not among the classes"
    """What is wrong with labels that do not exist, in words that follow "labels"."""

    def unit_rank(self, y_pred: Any) -> int:
        """Returns how many leading axes of predictions count units: all but the last of several."""
        return max(1, len(y_pred.shape) - 1)

    @abstractmethod
    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns the units of a batch.

        Args:
            y_true: Labels.
            y_pred: Predictions.
            xp: `numpy` or `keras.ops`.
        """

    def array(self, values: Any) -> NDArray[Any]:
        """Returns labels or predictions, as a user hands them over, in NumPy: one row a unit."""
        return np.asarray(values)


class HostInputs(Inputs):
    """Inputs that no compiled step can hold: texts, tag sequences, boxes. Read in NumPy alone."""

    def array(self, values: Any) -> NDArray[np.object_]:
        """Returns `(units,)` objects, one a unit, whatever each is."""
        if isinstance(values, str | bytes | dict):
            raise UserError(
                f"Expected a list with one item a unit. Received: a single {type(values).__name__}."
                " Put it into a list."
            )
        if isinstance(values, np.ndarray) and values.dtype == object and values.ndim == 1:
            return values
        rows = np.empty(len(values), object)
        for index, value in enumerate(values):
            rows[index] = value
        return rows


class Counts(ABC):
    """An array that is a sum over units: adding units adds arrays, and nothing else is kept."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Shape of the counts."""

    @property
    def size(self) -> int:
        """Number of entries of the counts."""
        return prod(self.shape)

    def live(self, counts: Any, xp: ModuleType) -> Any:
        """Returns smaller counts of the same kind, for values that are shown at every step."""
        return counts

    def fitted(self, units: Units, most: int | None = None) -> "Counts":
        """Returns counts of the same kind that are exact for these units, or at most so large.

        Args:
            units: The units to be counted, in NumPy.
            most: Largest number of distinct predictions to tell apart; `None` for all.
        """
        return self

    @abstractmethod
    def tally(self, units: Units, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Returns the counts of these units together, in NumPy.

        Args:
            units: Units in NumPy.
            weights: `(units,)`; `None` counts every unit once.
        """


class Cells(Counts):
    """Counts in which a unit adds its weight, or its weight times an amount, to a few entries."""

    is_complete: ClassVar[bool] = False
    """Whether every unit has all its cells: none is ever -1."""

    @abstractmethod
    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, cells per unit)` integers: flat positions in the counts, -1 for none."""

    def columns(self, labels: Any, predictions: Any, xp: ModuleType) -> list[Any] | None:
        """Returns the columns of `cells` one by one, where that is the shorter way, else `None`."""
        return None

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any | None:
        """Returns `(units, cells per unit)`: what a unit of weight 1 adds; `None` means 1."""
        return None

    @property
    def joined(self) -> int:
        """How many neighbouring cells are one cell in values shown at every step; 1 joins none."""
        return 1

    def live(self, counts: Any, xp: ModuleType) -> Any:
        """Returns counts with neighbours summed, `joined` at a time."""
        if self.joined == 1:
            return counts
        shape = (*counts.shape[:-1], self.shape[-1] // self.joined, self.joined)
        return xp.sum(xp.reshape(counts, shape), axis=-1)

    def kinds(self) -> NDArray[np.int64] | None:
        """Returns `(kinds, cells per unit)`: every row `cells` can give, `None` if too many."""
        return None

    def tally(self, units: Units, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Returns the counts of these units together, in NumPy."""
        cells = self.cells(units.labels, units.predictions, np)
        amounts = self.amounts(units.labels, units.predictions, np)
        if weights is not None:
            column = np.asarray(weights, "float64")[:, None]
            amounts = np.broadcast_to(column if amounts is None else column * amounts, cells.shape)
        flat = np.where(cells < 0, self.size, cells).ravel()
        added = None if amounts is None else amounts.ravel()
        counts = np.bincount(flat, weights=added, minlength=self.size + 1)[:-1]
        return counts.astype("float64").reshape(self.shape)


class Terms(Counts):
    """Counts in which a unit adds its weight times a vector of its own."""

    @abstractmethod
    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, size)` floats: what each unit adds at weight 1."""

    def grouped(
        self, units: Units, groups: NDArray[np.int64], num_groups: int
    ) -> NDArray[np.float64] | None:
        """Returns `(num_groups, size)`: what the units of each group add together, in NumPy.

        Args:
            units: Units in NumPy.
            groups: `(units,)` the group of each.
            num_groups: How many groups there are.

        Returns:
            `None` where there is no shorter way than adding up `terms`.
        """
        return None

    def tally(self, units: Units, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Returns the counts of these units together, in NumPy."""
        terms = self.terms(units.labels, units.predictions, np)
        weights = np.ones(len(terms)) if weights is None else np.asarray(weights, "float64")
        return (weights @ terms).reshape(self.shape)


# How large an answer is: fixed by the model, so that a name can do without.
_SIZES = ("num_classes", "num_labels", "num_outputs")


class Score(ABC):
    """A formula over counts. Subclasses are frozen dataclasses whose fields are its arguments."""

    direction: ClassVar[str]
    """`"max"` when larger is better, `"min"` when smaller is, `"none"` for descriptions."""

    undefined: ClassVar[str] = "nothing was counted"
    """When the value is undefined (NaN), in words that follow "undefined: "."""

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest possible value."""

    @property
    @abstractmethod
    def inputs(self) -> Inputs:
        """How labels and predictions become units."""

    @property
    @abstractmethod
    def counts(self) -> Counts:
        """What it is computed from. Equal counts of two scores are counted once."""

    @abstractmethod
    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the score of counts, NaN where undefined.

        Args:
            counts: `(..., *counts.shape)`; leading axes (resamples, slices) are kept.
            xp: `numpy` or `keras.ops`.
        """

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        """Returns (successes, trials) when the score is their plain ratio, else `None`."""
        return None

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        """Returns (part, whole) when the score is their ratio, each linear in the counts.

        The part is 0 wherever the whole is.
        """
        return self.proportion(counts, xp)

    def error_bound(self, counts: Any, xp: ModuleType) -> Any | None:
        """Returns a certified bound on |score - exact score| when counting rounds, else `None`."""
        return None

    def trials(self, units: Units) -> int:
        """Returns how many right or wrong answers the score is made of: one a unit, if not more.

        Half of one is as near to a bound as a score can be told from it.

        Args:
            units: What is scored, in NumPy.
        """
        return len(units.labels)

    def hits(self, units: Units, xp: ModuleType) -> Any | None:
        """Returns `(units,)` booleans when the score is their mean, else `None`."""
        return None

    @property
    def name(self) -> str:
        """Its file's name with the arguments that differ from their defaults.

        Example:
            >>> from ftkeras.scores.f1_score import F1Score
            >>> F1Score(average="macro").name
            "f1_score(average='macro')"
        """
        settings = {
            field.name: getattr(self, field.name)
            for field in fields(self)  # type: ignore[arg-type]
            if field.name not in _SIZES and getattr(self, field.name) != field.default
        }
        return str(Call(file_name(type(self).__name__), settings))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Returns the score of labels and predictions in NumPy, exactly; NaN where undefined.

        Example:
            >>> from ftkeras.scores.accuracy import Accuracy
            >>> Accuracy()([0, 1, 1, 1], [-2.0, 1.0, -1.0, 3.0])
            0.75
        """
        inputs = self.inputs
        units = inputs.units(inputs.array(y_true), inputs.array(y_pred), np)
        weights = None if sample_weight is None else np.asarray(sample_weight, "float64").ravel()
        if units.is_counted is not None:
            counted = np.flatnonzero(units.is_counted)
            units, weights = units.take(counted), None if weights is None else weights[counted]
        if not (units.is_finite.all() and units.is_known.all()):
            return float("nan")
        counts = self.counts.fitted(units).tally(units, weights)
        return float(self.formula(counts, np))
