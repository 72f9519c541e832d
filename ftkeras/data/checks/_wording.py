"""How checks word what they found."""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.message import Message, counted, joined, message

SHOWN = 5
_ROW = re.compile(r"(?P<file>.*), row (?P<row>\d+)(?: \(line (?P<line>\d+)\))?")


def examples(count: int) -> Message:
    """Returns `1 example` or `2 examples`."""
    return counted("{count:,} example", "{count:,} examples", count=count)


def places(locations: Iterable[object], count: int) -> Message:
    """Returns where the first examples stand, and how many of `count` are not named.

    Args:
        locations: Locations of examples, or messages that name several.
        count: How many there are in all.
    """
    named = [one if isinstance(one, Message) else place(str(one)) for one in locations]
    more = [message("and {count:,} more", count=count - SHOWN)] if count > SHOWN else []
    return joined([*named[:SHOWN], *more], "; ")


def place(location: str) -> str:
    """Returns where an example stands; a row of a file can be said in other languages."""
    found = _ROW.fullmatch(location)
    if found is None:
        return location
    if found["line"]:
        return message("{file}, row {row} (line {line})", **found.groupdict())
    return message("{file}, row {row}", file=found["file"], row=found["row"])


def finding(
    dataset: Dataset,
    rows: NDArray[np.integer],
    check: str,
    severity: str,
    message: str,
    action: str,
) -> Finding:
    """Returns a finding about the given rows of a dataset."""
    return Finding(
        check=check,
        severity=severity,
        message=message,
        action=action,
        count=len(rows),
        ids=tuple(dataset.ids[rows].tolist()),
        locations=tuple(dataset.locations[rows[:SHOWN]].tolist()),
    )
