"""How checks word what they found."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding

SHOWN = 5


def examples(count: int) -> str:
    """Returns `1 example` or `2 examples`."""
    return f"{count:,} example{'' if count == 1 else 's'}"


def more(count: int) -> str:
    """Returns how many of `count` are not shown, as the end of a list."""
    return f"; and {count - SHOWN:,} more" if count > SHOWN else ""


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
