"""Runs of n neighbouring items and how many two texts share."""

from collections import Counter
from collections.abc import Sequence
from typing import Any


def ngrams(items: Sequence[Any], order: int) -> "Counter[Any]":
    """Returns how often each run of `order` items occurs.

    Example:
        >>> ngrams("aab", 2)
        Counter({'aa': 1, 'ab': 1})
    """
    runs = (items[start : start + order] for start in range(len(items) - order + 1))
    return Counter(run if isinstance(run, str) else tuple(run) for run in runs)


def matches(first: "Counter[Any]", second: "Counter[Any]") -> int:
    """Returns how many runs the two share, each as often as it occurs in both.

    Example:
        >>> matches(ngrams("aab", 1), ngrams("abb", 1))
        2
    """
    if len(second) < len(first):
        first, second = second, first
    return sum(min(count, second[run]) for run, count in first.items() if run in second)
