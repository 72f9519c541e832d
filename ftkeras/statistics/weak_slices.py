"""Parts of the data where a model fails, found on one part and confirmed on another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ftkeras.message import Message, joined, message, term
from ftkeras.statistics._two_samples import difference_of
from ftkeras.statistics.slices import (
    MOST_VALUES,
    Slice,
    SliceDifference,
    as_numbers,
    as_words,
    compare_slices,
    is_worse,
    names_each,
    oriented,
)

_DEPTH = 3
_MOST_UNITS = 50_000
_MOST_CANDIDATES = 8
_WORTH_CHECKING = 0.05
# The tree chose the best of many cuts, so a cut within a weak part is nothing special by itself.
_WORTH_ADDING = 0.001


@dataclass(frozen=True)
class Condition:
    """What a column must say.

    Args:
        column: Name of the column.
        above: Numbers must be above this.
        up_to: Numbers must not be above this.
        word: The column must say this; `None` for a condition on numbers.
        negated: Whether the column must say anything but `word`.
    """

    column: str
    above: float = -np.inf
    up_to: float = np.inf
    word: str | None = None
    negated: bool = False

    def members(self, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Returns `(units,)` which units fulfil it; a missing number fulfils none."""
        if self.word is not None:
            return np.asarray((as_words(columns[self.column]) == self.word) != self.negated)
        numbers = as_numbers(columns[self.column])
        if numbers is None:
            return np.zeros(len(columns[self.column]), bool)
        return np.asarray((numbers > self.above) & (numbers <= self.up_to))

    def __str__(self) -> str:
        return str.__str__(self.said())

    def said(self) -> Message:
        """Returns the condition in words that can be translated."""
        column = term(self.column)
        if self.word is not None and self.negated:
            return message("{column} is not {word}", column=column, word=self.word)
        if self.word is not None:
            return message("{column} is {word}", column=column, word=self.word)
        if np.isinf(self.above):
            return message("{column} up to {value:.4g}", column=column, value=self.up_to)
        if np.isinf(self.up_to):
            return message("{column} above {value:.4g}", column=column, value=self.above)
        return message(
            "{column} above {low:.4g}, up to {high:.4g}",
            column=column,
            low=self.above,
            high=self.up_to,
        )


def weak_slices(
    outcome: NDArray[Any],
    columns: Mapping[str, NDArray[Any]],
    *,
    direction: str = "max",
    smallest: int = 30,
    seed: int = 0,
) -> list[tuple[Condition, ...]]:
    """Returns parts of the data where a model errs more often (or more), the clearest first.

    A decision tree of depth 3 learns from the columns which units are answered wrongly, or how
    well. Each of its nodes that is worse than the rest (Fisher's or Welch's p <= 0.05, uncorrected)
    is a candidate, no more: it was searched for, so it must be confirmed on units that took no part
    in the search. A node within (or around) a clearer one is left out unless it is weaker than the
    rest of that one (or weak without it).

    Args:
        outcome: `(units,)` whether each unit was right, on validation; or a number of each.
        columns: Name -> `(units,)` what is known of them.
        direction: Which way numbers are better: `"max"`, or `"min"` for losses.
        smallest: Fewest units of a candidate.
        seed: Seed of drawing 50,000 units where there are more.

    Example:
        >>> length = np.arange(400) / 2
        >>> found = weak_slices((length < 150) | (length % 2 == 0), {"length": length})
        >>> str(found[0][0])
        'length above 150.2'
    """
    if len(outcome) > _MOST_UNITS:
        rows = np.random.default_rng(seed).choice(len(outcome), _MOST_UNITS, replace=False)
        columns = {name: values[rows] for name, values in columns.items()}
        outcome = outcome[rows]
    outcome = oriented(outcome, direction)
    features, meaning = _features(columns)
    if not meaning or len(outcome) < 2 * smallest or outcome.min() == outcome.max():
        return []
    leaf = max(smallest, len(outcome) // 50)
    grows = DecisionTreeClassifier if outcome.dtype == bool else DecisionTreeRegressor
    tree = grows(max_depth=_DEPTH, min_samples_leaf=leaf, random_state=0)
    tree.fit(features, ~outcome if outcome.dtype == bool else outcome)
    candidates = []
    for path in _paths(tree, meaning):
        inside = members(path, columns)
        if not smallest <= inside.sum() <= len(inside) - smallest:
            continue
        difference, _, _, p_value = difference_of(outcome[inside], outcome[~inside], 0.95)
        if difference < 0 and p_value <= _WORTH_CHECKING:
            candidates.append((p_value, len(path), path))
    candidates.sort(key=lambda item: item[:2])
    kept: list[tuple[tuple[Condition, ...], NDArray[np.bool_]]] = []
    for _, _, path in candidates:
        inside = members(path, columns)
        if all(_adds(outcome, inside, clearer) for _, clearer in kept):
            kept.append((path, inside))
    return [path for path, _ in kept[:_MOST_CANDIDATES]]


def members(path: Sequence[Condition], columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Returns `(units,)` which units fulfil all conditions."""
    return np.asarray(np.logical_and.reduce([one.members(columns) for one in path]))


def confirm(
    candidates: Sequence[tuple[Condition, ...]],
    outcome: NDArray[Any],
    columns: Mapping[str, NDArray[Any]],
    *,
    direction: str = "max",
    smallest: int = 30,
    level: float = 0.95,
    seed: int = 0,
) -> list[SliceDifference]:
    """Returns the candidates that are weak on other units too, by Holm's rule over all of them.

    Args:
        candidates: What `weak_slices` found elsewhere.
        outcome: `(units,)` whether each unit was right, on test; or a number of each.
        columns: Name -> `(units,)` what is known of them.
        direction: Which way numbers are better: `"max"`, or `"min"` for losses.
        smallest: Fewest units to say anything about.
        level: Confidence level; 1 - level is the largest adjusted p-value that confirms.
        seed: Seed of the permutations that give numbers their p-values.

    Example:
        >>> length = np.arange(400) / 2
        >>> outcome = (length < 150) | (length % 2 == 0)
        >>> found = confirm(weak_slices(outcome, {"length": length}), outcome, {"length": length})
        >>> found[0].value, round(found[0].difference, 2)
        ('length above 150.2', -0.76)
    """
    slices = [
        Slice("", joined([one.said() for one in path], " and "), members(path, columns))
        for path in candidates
    ]
    compared = compare_slices(outcome, slices, smallest=smallest, level=level, seed=seed)
    return [item for item in compared if is_worse(item, direction) and item.adjusted <= 1 - level]


def _adds(outcome: NDArray[Any], inside: NDArray[np.bool_], clearer: NDArray[np.bool_]) -> bool:
    """Says whether a part tells something beyond a clearer one that it lies within or around."""
    if not (inside & ~clearer).any():
        group, rest = inside, clearer & ~inside
    elif not (clearer & ~inside).any():
        group, rest = inside & ~clearer, ~inside
    else:
        return True
    if not group.any() or not rest.any():
        return False
    difference, _, _, p_value = difference_of(outcome[group], outcome[rest], 0.95)
    return difference < 0 and p_value <= _WORTH_ADDING


def _features(
    columns: Mapping[str, NDArray[Any]],
) -> tuple[NDArray[np.float64], list[tuple[str, str | None]]]:
    """Returns `(units, features)` and what each means: a column's number, or "it says so"."""
    found: list[NDArray[np.float64]] = []
    meaning: list[tuple[str, str | None]] = []
    for name, values in columns.items():
        if names_each(values):
            continue
        numbers = as_numbers(values)
        if numbers is not None:
            found.append(np.nan_to_num(numbers, nan=-1e30, posinf=1e30, neginf=-1e30))
            meaning.append((name, None))
            continue
        words = as_words(values)
        distinct, sizes = np.unique(words, return_counts=True)
        for word in distinct[np.argsort(-sizes, kind="stable")[:MOST_VALUES]]:
            found.append((words == word).astype("float64"))
            meaning.append((name, str(word)))
    return np.stack(found, axis=1) if found else np.zeros((0, 0)), meaning


def _paths(
    tree: DecisionTreeClassifier | DecisionTreeRegressor, meaning: list[tuple[str, str | None]]
) -> list[tuple[Condition, ...]]:
    """Returns the conditions of every node below the root."""
    grown, found = tree.tree_, []
    waiting: list[tuple[int, tuple[Condition, ...]]] = [(0, ())]
    while waiting:
        node, path = waiting.pop()
        if path:
            found.append(path)
        left = int(grown.children_left[node])
        if left < 0:
            continue
        column, word = meaning[grown.feature[node]]
        threshold = float(grown.threshold[node])
        if word is not None:
            below = Condition(column, word=word, negated=True)
            above = Condition(column, word=word)
        else:
            below = Condition(column, up_to=threshold)
            above = Condition(column, above=threshold)
        waiting.append((left, _joined(path, below)))
        waiting.append((int(grown.children_right[node]), _joined(path, above)))
    return found


def _joined(path: tuple[Condition, ...], new: Condition) -> tuple[Condition, ...]:
    """Adds a condition; two on the same numbers become one range."""
    for place, old in enumerate(path):
        if new.word is None and old.word is None and old.column == new.column:
            both = Condition(
                new.column, above=max(old.above, new.above), up_to=min(old.up_to, new.up_to)
            )
            return (*path[:place], both, *path[place + 1 :])
    return (*path, new)
