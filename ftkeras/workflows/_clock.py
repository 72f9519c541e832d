"""What time it is, and how long each step of a workflow took."""

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager


def now() -> str:
    """Returns the time in UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class Stopwatch:
    """Collects the wall time of named steps.

    Example:
        >>> stopwatch = Stopwatch()
        >>> with stopwatch("data"):
        ...     pass
        >>> list(stopwatch.seconds)
        ['data']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Times the block and keeps it under `name`."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)
