"""The files of a preset, wherever they lie: built-in name, kaggle://, hf:// or a directory."""

import json
from pathlib import Path
from typing import Any

from keras_hub.src.utils import preset_utils

from ftkeras.errors import UserError


def path_of(preset: str, name: str) -> Path | None:
    """Returns the local path of one of the preset's files, fetching it first; `None` if absent.

    Args:
        preset: What KerasHub's `from_preset` takes.
        name: The file's path inside the preset.
    """
    try:
        return Path(preset_utils.get_file(preset, name))
    except FileNotFoundError:
        return None


def json_of(preset: str, name: str) -> dict[str, Any] | None:
    """Returns the content of one of the preset's JSON files; `None` if it has none of that name.

    Raises:
        UserError: The file is no JSON object.
    """
    path = path_of(preset, name)
    if path is None:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(
            f"Expected {name} to hold JSON. Received: {path} ({error}). Download it again."
        ) from None
    if not isinstance(content, dict):
        raise UserError(f"Expected {name} to hold a JSON object. Received: {path}.")
    return content
