"""Progress of long steps: bars with the time left on a terminal, sparse plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import said

_LINE_EVERY_SECONDS = 60.0


class Step:
    """One step of a run. Call it with what is done and the total; both may grow.

    Args:
        show: Draws the step: `(done, total, note)`.

    Example:
        >>> step = Step(lambda done, total, note: print(f"{done} of {total} {note}"))
        >>> step(32, 64, note="loss 0.31")
        32 of 64 loss 0.31
    """

    def __init__(self, show: Callable[[int, int, str], None]) -> None:
        self._show = show

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Says that `done` of `total` are done, with a short note such as the last loss."""
        self._show(done, total, note)


class Bars:
    """Bars on a terminal, one a step, with the time left (the time taken, once it is done).

    Args:
        console: A console on a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24 if console.width >= 100 else 12),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            TextColumn("{task.fields[unit]}"),
            TimeRemainingColumn(elapsed_when_finished=True, table_column=Column(no_wrap=True)),
            _Note(table_column=Column()),
            console=console,
        )

    def step(self, name: str, unit: str = "") -> Step:
        """Begins a step and returns what reports its progress."""
        task = self._bars.add_task(_plain(said(name)), total=None, unit=_plain(said(unit)), note="")

        def show(done: int, total: int, note: str) -> None:
            self._bars.update(task, completed=done, total=total)
            if note:
                self._bars.update(task, note=note)

        return Step(show)

    def say(self, text: str) -> None:
        """Prints a line above the bars."""
        self._console.print(said(text), markup=False, highlight=False)

    @contextmanager
    def running(self) -> Iterator["Bars"]:
        """Draws while the block runs, and leaves the last state on the screen."""
        with self._bars:
            yield self


class Lines:
    """Plain lines for a file or a pipe: one when a step ends, at most one a minute before.

    Args:
        console: Where the lines go.
        clock: Seconds that never go back; replaced in tests.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock

    def step(self, name: str, unit: str = "") -> Step:
        """Begins a step and returns what reports its progress."""
        begun = last = self._clock()
        ended = False

        def show(done: int, total: int, note: str) -> None:
            nonlocal last, ended
            now = self._clock()
            if ended or (done < total and now - last < _LINE_EVERY_SECONDS):
                return
            last, ended = now, done >= total
            words = [
                _("{step}: {done:,} of {total:,}", step=said(name), done=done, total=total),
                said(unit),
                note and f"({note})",
                _("after {time}", time=wording.duration(now - begun)),
            ]
            if not ended and done:
                left = (now - begun) / done * (total - done)
                words.append(_("about {time} left", time=wording.duration(left)))
            self.say(" ".join(filter(None, words)))

        return Step(show)

    def say(self, text: str) -> None:
        """Prints a line."""
        self._console.print(said(text), markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(console: Console | None = None) -> Iterator[Bars | Lines]:
    """Shows the progress of steps while the block runs.

    Args:
        console: Where to; the standard error by default, so that the standard output stays clean.

    Example:
        >>> with progress(Console(file=sys.stdout, width=80)) as shown:
        ...     step = shown.step("Features", unit="examples")
        ...     for done in (500, 1000):
        ...         step(done, 1000)
        Features: 1,000 of 1,000 examples after ... ms
    """
    console = console or Console(file=sys.stderr)
    if not console.is_terminal:
        yield Lines(console)
        return
    with Bars(console).running() as bars:
        yield bars


class _Note(ProgressColumn):
    """The last note of a step; cut, not wrapped, where the line is too short for it."""

    def render(self, task: Task) -> Text:
        return Text(task.fields["note"], style="cyan", no_wrap=True, overflow="ellipsis")


def _plain(text: str) -> str:
    """Keeps square brackets in a name from being read as colours."""
    return text.replace("[", "\\[")
