"""Files that a user names: found, and ordinary, before anything reads them."""

import errno
import os
import stat
from pathlib import Path

from ftkeras import catalog
from ftkeras.errors import UserError

_SHOWN = 300


def existing_file(path: str, source: str) -> Path:
    """Returns the path of a file that can be opened, `~` being the home directory.

    Pipes and devices are refused: a pipe may never end, and `/dev/zero` never does.

    Args:
        path: As the user wrote it.
        source: Name of the source, for messages.

    Raises:
        UserError: There is no such file, it is a directory or no ordinary file, or it may not be
            read.

    Example:
        >>> existing_file("/dev/null", "csv")
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected `path` of `csv` to be a file. Received: path='/dev/nul...
    """
    if not isinstance(path, str | Path):
        raise UserError(f"Expected `path` of `{source}` to be a text. Received: path={path!r}.")
    file = Path(os.path.expanduser(path))
    received = f"Received: path={str(path)[:_SHOWN]!r}".encode("utf-8", "replace").decode()
    try:
        problem = not_ordinary(file)
        if problem:
            raise UserError(
                f"Expected `path` of `{source}` to be a file. {received} ({problem}). "
                "Name an ordinary file."
            )
        file.open("rb").close()
    except FileNotFoundError:
        near = catalog.nearest(file.name, _files_beside(file))
        raise UserError(
            f"Expected `path` of `{source}` to be a file. {received} (does not exist)."
            f"{near or ' Correct the path; it is taken from the current directory.'}"
        ) from None
    except UserError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(
            f"Expected `path` of `{source}` to be a file that can be read. {received} "
            f"({getattr(error, 'strerror', None) or error})."
        ) from None
    return file


def content(file: Path, most_bytes: int | None = None) -> bytes:
    """Returns the content of an ordinary file.

    Args:
        file: The file.
        most_bytes: A larger file is refused unread.

    Raises:
        OSError: It cannot be read; `strerror` says why, also when it is no ordinary file.
    """
    try:
        problem = not_ordinary(file)
        size = file.stat().st_size
    except (ValueError, RuntimeError) as error:  # no path at all, or links in a circle
        raise OSError(errno.EINVAL, str(error)) from None
    if not problem and most_bytes is not None and size > most_bytes:
        problem = f"{size:,} bytes, too many"
    if problem:
        raise OSError(errno.EINVAL, problem)
    return file.read_bytes()


def not_ordinary(file: Path) -> str:
    """Returns what a path is, if it is no ordinary file; else an empty string.

    Raises:
        OSError: Nothing is there, or links lead nowhere.
    """
    mode = file.stat().st_mode
    if stat.S_ISREG(mode):
        return ""
    return "a directory" if stat.S_ISDIR(mode) else "a pipe or a device"


def _files_beside(file: Path) -> list[str]:
    try:
        return [path.name for path in file.parent.iterdir()]
    except OSError:
        return []
