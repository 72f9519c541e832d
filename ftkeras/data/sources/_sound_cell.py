"""A file of a sound: what is wrong with it, and its id."""

from pathlib import Path

from ftkeras import sound
from ftkeras.data import existing_file
from ftkeras.data.content_digest import content_digest
from ftkeras.errors import UserError


def inspect(folder: Path, cell: object, max_seconds: float) -> tuple[str, str]:
    """Returns the id of a sound and what is wrong with it; a path out of the folder is.

    Args:
        folder: What the path is relative to.
        cell: The path, as it stands in the table.
        max_seconds: Longer sounds are refused.
    """
    name = cell.strip() if isinstance(cell, str) else ""
    if not name or "\0" in name:
        return "", "the path of the sound is empty or no path"
    file = folder / name
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            return "", f"{name[:200]} leads out of {folder}"
    except (OSError, RuntimeError, ValueError) as error:
        return "", f"{name[:200]} cannot be read ({getattr(error, 'strerror', None) or error})"
    if file.suffix.lower() not in sound.SUFFIXES:
        return "", f"{name[:200]} is no {', '.join(sound.SUFFIXES)}"
    identity, problem = of_file(file, max_seconds)
    return identity, f"{name[:200]} {problem}" if problem else ""


def of_file(file: Path, max_seconds: float) -> tuple[str, str]:
    """Returns the id of a sound, and what is wrong with it.

    Args:
        file: The file.
        max_seconds: Longer sounds are refused.
    """
    try:
        data = existing_file.content(file)
    except OSError as error:
        return "", f"cannot be read ({error.strerror})"
    if not data:
        return "", "is empty"
    try:
        cut = sound.read(file, max_seconds).cut
    except UserError as error:
        return "", f"cannot be used ({error})"
    if cut:
        return "", f"is longer than max_seconds={max_seconds:g}"
    return content_digest("audio", data), ""
