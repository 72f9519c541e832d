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
        self._running: tuple[str, float] | None = None

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Times the block and keeps it under `name`."""
        self._running = name, time.perf_counter()
        yield
        self.seconds = {step: round(seconds, 3) for step, seconds in self.so_far().items()}
        self._running = None

    def so_far(self) -> dict[str, float]:
        """Returns the seconds of each step, with those of the one that is being timed."""
        if self._running is None:
            return dict(self.seconds)
        name, started = self._running
        return {**self.seconds, name: self.seconds.get(name, 0) + time.perf_counter() - started}

    def add(self, seconds: dict[str, float]) -> None:
        """Adds what an earlier process spent on the same steps."""
        for name, more in seconds.items():
            self.seconds[name] = round(self.seconds.get(name, 0) + more, 3)
