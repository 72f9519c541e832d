"""Folders with one subfolder per class, whatever the files in them are."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.split import PARTS
from ftkeras.data.bad_rows import BadRows
from ftkeras.errors import UserError


def root_of(path: str, source: str) -> Path:
    """Returns the folder; raises `UserError` where there is none.

    Args:
        path: As it was given.
        source: Name of the data source, for the message.
    """
    root = Path(os.path.expanduser(path))
    if not root.is_dir():
        what = "a file" if root.exists() else "does not exist"
        raise UserError(
            f"Expected `path` of `{source}` to be a folder with one subfolder per class. "
            f"Received: path={path[:300]!r} ({what})."
        )
    return root


def files(root: Path, suffixes: Sequence[str]) -> Iterator[tuple[str, str, Path]]:
    """Yields part (or an empty string), class and path of every such file, in sorted order.

    Args:
        root: The folder.
        suffixes: What the names of the files end in, in lower case.

    Raises:
        UserError: A link leads out of the folder.
    """
    folders = _subfolders(root, root)
    by_part = {_part_name(folder.name): folder for folder in folders}
    classes = [("", folder) for folder in folders]
    if 1 < len(folders) == len(by_part) and set(by_part) <= set(PARTS):
        nested = [(part, inner) for part in by_part for inner in _subfolders(by_part[part], root)]
        classes = nested or classes
    for part, folder in classes:
        for file in _inside(folder):
            if file.name[0] != "." and file.suffix.lower() in suffixes:
                _stay_inside(file, root)
                yield part, folder.name, file


def dataset(
    modality: str,
    root: Path,
    found: Sequence[tuple[str, str, Path]],
    outcomes: Sequence[tuple[str, str]],
    on_bad_row: str,
) -> Dataset:
    """Returns the dataset of the files that can be used.

    Args:
        modality: What the files are.
        root: The folder.
        found: What `files` gave.
        outcomes: Id of each file, and what is wrong with it (nothing: an empty string).
        on_bad_row: As `BadRows` has it.

    Raises:
        UserError: Files cannot be used, and they are not to be left out; or none can.
    """
    bad = BadRows(on_bad_row)
    kept = []
    for (part, name, file), (identity, reason) in zip(found, outcomes, strict=True):
        location = file.relative_to(root).as_posix()
        if not _is_text(location):
            location = location.encode("utf-8", "replace").decode()
            reason = "has a name, or lies in a folder, that is no UTF-8"
        if reason:
            bad.add(location, f"the file {reason}")
        else:
            kept.append((identity, str(file), name, location, part))
    rejected = bad.settle()
    if not kept:
        raise UserError(
            f"Expected at least one {modality} that can be used. Received: path={str(root)!r}."
        )
    ids, inputs, labels, locations, parts = (np.array(column) for column in zip(*kept, strict=True))
    return Dataset(
        modality=modality,
        ids=ids,
        inputs=inputs.astype(object),
        labels=labels,
        locations=locations.astype(object),
        columns={"part": parts} if parts[0] else {},
        rejected=rejected,
    )


def _subfolders(folder: Path, root: Path) -> list[Path]:
    found = [path for path in _inside(folder) if path.name[0] != "." and path.is_dir()]
    for path in found:
        _stay_inside(path, root)
    return found


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise UserError(
            f"Expected a folder that can be read. Received: {_said(folder)} ({error.strerror})."
        ) from None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _said(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()


def _part_name(name: str) -> str:
    return {"val": "validation", "valid": "validation"}.get(name.lower(), name.lower())


def _stay_inside(path: Path, root: Path) -> None:
    try:
        target = path.resolve()
    except (OSError, RuntimeError):  # links in a circle lead nowhere
        return
    if not target.is_relative_to(root.resolve()):
        raise UserError(
            f"Expected every file to lie in {root}. Received: {_said(path.relative_to(root))}, a "
            f"link to {_said(target)}. Copy the file into the folder, or remove the link."
        )
