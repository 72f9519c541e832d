"""Drawing training rows class by class."""

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.contracts.balance import Balanced
from ftkeras.errors import UserError


def check_ratio(ratio: float) -> None:
    """Raises `UserError` unless the ratio is above 0 and at most 1."""
    if not 0 < ratio <= 1:
        raise UserError(f"Expected `ratio` in (0, 1]. Received: ratio={ratio!r}.")


def drawn(labels: NDArray[np.int64], wanted: NDArray[np.int64], seed: int) -> Balanced:
    """Returns `wanted[c]` rows of each class c, in the order of the rows.

    Every row of a class is there floor(wanted / have) times; those that are there once more are
    drawn without replacement.
    """
    random = np.random.RandomState(seeds.child(seed, "balance"))  # its stream never changes
    rows = []
    for index, count in enumerate(wanted):
        members = np.flatnonzero(labels == index)
        if len(members):
            times, more = divmod(int(count), len(members))
            rows.append(np.repeat(members, times))
            rows.append(random.permutation(members)[:more])
    together = np.sort(np.concatenate(rows))
    return Balanced(together, np.ones(len(together), "float32"))
