"""A cell of a table that holds the path of an image."""

from pathlib import Path

from ftkeras.data import image_file
from ftkeras.data.content_digest import content_digest


def inspect(folder: Path, cell: object, max_pixels: int) -> tuple[str, str]:
    """Returns the id of an image and what is wrong with it; a path out of the folder is.

    Args:
        folder: What the path is relative to.
        cell: The path, as it stands in the table.
        max_pixels: Larger images are refused.
    """
    name = cell.strip() if isinstance(cell, str) else ""
    if not name or "\0" in name:
        return "", "the path of the image is empty or no path"
    try:
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            return "", f"{name[:200]} leads out of {folder}"
        data = image_file.content(folder / name, max_pixels)
    except (OSError, RuntimeError, ValueError) as error:
        return "", f"{name[:200]} cannot be read ({getattr(error, 'strerror', None) or error})"
    problem = image_file.problem(data, max_pixels)
    return content_digest("image", data), f"{name[:200]} {problem}" if problem else ""
