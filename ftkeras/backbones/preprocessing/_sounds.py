"""What every preprocessing of sound does first: read, resample, cut; in threads."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import sound
from ftkeras.errors import UserError


def samples_of(
    values: Sequence[Any], sampling_rate: int, seconds: float
) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Yields the samples of each sound at one rate, and whether its end was cut off.

    Args:
        values: Paths of sound files, or pairs of samples and sampling rate.
        sampling_rate: Samples a second.
        seconds: Longest sound.

    Raises:
        UserError: A sound cannot be read, or there are none.
    """
    if len(values) == 0:
        raise UserError("Expected at least one sound. Received: values=[].")
    longest = int(seconds * sampling_rate)

    def one(value: Any) -> tuple[NDArray[np.float32], bool]:
        found = sound.read(value, seconds)
        return sound.at_rate(found, sampling_rate)[:longest], found.cut

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        yield from threads.map(one, list(values))


def expect_seconds(seconds: float, longest: float) -> float:
    """Returns the length in seconds; raises `UserError` where it is beyond the backbone's."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise UserError(f"Expected `seconds` > 0. Received: seconds={seconds!r}.")
    if seconds > longest:
        raise UserError(
            f"Expected `seconds` <= {longest:g}, what this backbone was made for. Received: "
            f"seconds={seconds!r}. Lower it; longer sounds are cut."
        )
    return float(seconds)
