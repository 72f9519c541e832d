"""For whom it works: the score of parts of the data, each against all the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.message import message
from ftkeras.statistics._permutations import permutations, permuted_p_values
from ftkeras.statistics._two_samples import difference_of, value_of
from ftkeras.statistics.multiplicity import holm

MOST_VALUES = 12
_FEW_NUMBERS = 10
_QUANTILES = 4
MISSING = "(missing)"


@dataclass(frozen=True)
class Slice:
    """Some of the units, by what a column says of them.

    Args:
        column: Name of the column.
        value: What it says, in words.
        members: `(units,)` which units these are.
    """

    column: str
    value: str
    members: NDArray[np.bool_]


@dataclass(frozen=True)
class SliceDifference:
    """The score of a slice, and how it differs from that of the rest.

    Args:
        column: Name of the column.
        value: What it says, in words.
        num_units: Units in the slice.
        score: Mean outcome in the slice.
        low: Lower end of its interval.
        high: Upper end.
        rest: Mean outcome of all other units.
        difference: `score - rest`.
        difference_low: Lower end of the interval of the difference.
        difference_high: Upper end.
        p_value: Of no difference, by itself.
        adjusted: The p-value by Holm's rule for all slices that were compared.
    """

    column: str
    value: str
    num_units: int
    score: float
    low: float
    high: float
    rest: float
    difference: float
    difference_low: float
    difference_high: float
    p_value: float
    adjusted: float


def cut(columns: Mapping[str, NDArray[Any]]) -> list[Slice]:
    """Cuts units into slices, column by column.

    A column of numbers with more than 10 distinct ones is cut at its quartiles (a number on the
    edge belongs to the lower slice); any other gives a slice for each of its (at most 12, most
    frequent) values. Missing values are a slice. Columns that say the same of all units, or a
    different word or integer of each, give none.

    Args:
        columns: Name -> `(units,)` numbers, or anything else.

    Example:
        >>> slices = cut({"language": np.array(["en", "de", "en"]), "one": np.array([1, 1, 1])})
        >>> [(one.column, one.value, one.members.tolist()) for one in slices]
        [('language', 'en', [True, False, True]), ('language', 'de', [False, True, False])]
    """
    return [one for name, values in columns.items() for one in _cut_one(name, values)]


def compare_slices(
    outcome: NDArray[Any],
    slices: Sequence[Slice],
    *,
    smallest: int = 30,
    level: float = 0.95,
    seed: int = 0,
) -> list[SliceDifference]:
    """Compares each slice with the rest, the most surprising first.

    Shares have Wilson's and Newcombe's intervals and Fisher's exact p-values; means have t and
    Welch's intervals, and p-values from random permutations.

    Args:
        outcome: `(units,)` of each unit whether it was right (booleans), or a number such as a
            loss, whose mean is the score.
        slices: What to compare, as `cut` gives it.
        smallest: Slices with fewer units, or that leave fewer, are not compared.
        level: Confidence level of the intervals.
        seed: Seed of the permutations.

    Raises:
        UserError: `smallest` is below 2.

    Example:
        >>> right = np.array([True] * 40 + [False] * 20 + [True] * 20)
        >>> language = np.array(["en"] * 40 + ["de"] * 40)
        >>> worst = compare_slices(right, cut({"language": language}))[0]
        >>> worst.value, worst.difference, worst.adjusted < 0.001
        ('de', -0.5, True)
    """
    if smallest < 2:
        raise UserError(f"Expected `smallest` >= 2. Received: smallest={smallest}.")
    large = [one for one in slices if smallest <= one.members.sum() <= len(one.members) - smallest]
    found = []
    for one in large:
        inside, rest = outcome[one.members], outcome[~one.members]
        found.append(
            (value_of(inside, level), rest.mean(), difference_of(inside, rest, level), len(inside))
        )
    by_formula = np.array([difference[3] for _, _, difference, _ in found])
    p_values = by_formula
    if outcome.dtype != bool:
        p_values = permuted_p_values(outcome, [one.members for one in large], seed)
    # The two halves of a column that has two values are one comparison, told from both sides.
    tested = _distinct(large)
    adjusted = dict(zip(tested, holm(p_values[list(tested.values())]).tolist(), strict=True))
    compared = [
        SliceDifference(
            one.column,
            one.value,
            size,
            *score,
            float(rest),
            *difference[:3],
            float(p_value),
            adjusted[_key(one)],
        )
        for one, (score, rest, difference, size), p_value in zip(
            large, found, p_values, strict=True
        )
    ]
    # Of permutations only so many are drawn: the most surprising share the smallest p-value.
    order = sorted(
        range(len(compared)),
        key=lambda k: (compared[k].p_value, by_formula[k], compared[k].difference),
    )
    return [compared[k] for k in order]


def permutations_of(slices: int) -> int:
    """Returns how many permutations the p-values of so many slices are from.

    Example:
        >>> permutations_of(12)
        9999
    """
    return permutations(slices)


def is_worse(item: SliceDifference, direction: str) -> bool:
    """Says whether a slice is worse than the rest.

    Args:
        item: The slice.
        direction: Which way the score is better, `"max"` or `"min"`.
    """
    return item.difference < 0 if direction == "max" else item.difference > 0


def oriented(outcome: NDArray[Any], direction: str) -> NDArray[Any]:
    """Returns outcomes of which larger is better; booleans stay as they are.

    Example:
        >>> oriented(np.array([0.5, 2.0]), "min").tolist()
        [-0.5, -2.0]

    Raises:
        UserError: The direction is neither `"max"` nor `"min"`.
    """
    if direction not in ("max", "min"):
        raise UserError(f"Expected `direction` max or min. Received: direction={direction!r}.")
    return outcome if direction == "max" or outcome.dtype == bool else -outcome


def as_numbers(values: NDArray[Any]) -> NDArray[np.float64] | None:
    """Returns a column as floats, NaN where missing; `None` when it holds anything else.

    Example:
        >>> as_numbers(np.array(["3", "", "4.5"], dtype=object)).tolist()
        [3.0, nan, 4.5]
        >>> as_numbers(np.array(["3", "many"])) is None
        True
    """
    if np.issubdtype(values.dtype, np.number) or values.dtype == bool:
        return values.astype("float64")
    try:
        return np.array([np.nan if is_missing(v) else float(v) for v in values])
    except (TypeError, ValueError):
        return None


def as_words(values: NDArray[Any]) -> NDArray[np.str_]:
    """Returns a column as text, missing values as `(missing)`.

    Example:
        >>> as_words(np.array(["en", None, 3], dtype=object)).tolist()
        ['en', '(missing)', '3']
    """
    if values.dtype.kind == "U":
        return np.where(values == "", MISSING, values)
    return np.array([MISSING if is_missing(value) else str(value) for value in values])


def names_each(values: NDArray[Any]) -> bool:
    """Says whether a column holds another word or whole number for each unit, as an id does.

    Example:
        >>> names_each(np.array([7, 8, 9])), names_each(np.array([0.1, 0.2, 0.3]))
        (True, False)
    """
    numbers = as_numbers(values)
    if numbers is None:
        return len(np.unique(as_words(values))) == len(values)
    whole = np.isfinite(numbers) & (numbers % 1 == 0)
    return bool(whole.all()) and len(np.unique(numbers)) == len(numbers)


def is_missing(value: object) -> bool:
    """Says whether a value of a column is none: `None`, NaN or an empty text."""
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _cut_one(name: str, values: NDArray[Any]) -> list[Slice]:
    numbers = as_numbers(values)
    if numbers is None or len(np.unique(numbers[np.isfinite(numbers)])) <= _FEW_NUMBERS:
        return _by_value(name, as_words(values))
    known = np.isfinite(numbers)
    if names_each(values):
        return []
    inner = np.linspace(0, 1, _QUANTILES + 1)[1:-1]
    edges = np.unique(np.quantile(numbers[known], inner, method="lower"))
    place = np.where(known, np.searchsorted(edges, numbers), -1)
    words = [message("up to {value:.4g}", value=edges[0])]
    words += [message("{low:.4g} to {high:.4g}", low=a, high=b) for a, b in pairwise(edges)]
    words.append(message("above {value:.4g}", value=edges[-1]))
    found = [Slice(name, word, place == k) for k, word in enumerate(words)]
    return [*found, Slice(name, MISSING, ~known)] if not known.all() else found


def _by_value(name: str, words: NDArray[np.str_]) -> list[Slice]:
    distinct, sizes = np.unique(words, return_counts=True)
    if len(distinct) < 2 or len(distinct) == len(words):
        return []
    order = np.argsort(-sizes, kind="stable")[:MOST_VALUES]
    return [Slice(name, str(distinct[k]), words == distinct[k]) for k in order]


def _key(one: Slice) -> bytes:
    return np.packbits(one.members ^ one.members[0]).tobytes()


def _distinct(slices: Sequence[Slice]) -> dict[bytes, int]:
    return {_key(one): place for place, one in reversed(list(enumerate(slices)))}
