"""Preprocessing that is made of other preprocessing, on disk."""

import json
from pathlib import Path
from typing import Any

from ftkeras.contracts.backbone import Preprocess


def write(directory: Path, config: dict[str, Any], inner: dict[str, Preprocess]) -> None:
    """Writes `preprocess.json`, and each inner preprocessing to a directory of its name.

    Args:
        directory: An existing directory.
        config: The settings of the whole, as JSON values.
        inner: Name -> what it is made of.
    """
    text = json.dumps(config, indent=1, sort_keys=True)
    (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")
    for name, preprocess in inner.items():
        (directory / name).mkdir()
        preprocess.save(directory / name)
