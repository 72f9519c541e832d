"""What is done of a run that was stopped, so that a rerun goes on from there."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.records import atomic


class FinishedFolds:
    """Arrays on disk by name, in a directory of their own for each combination of settings.

    Args:
        directory: Where unfinished work of all runs is kept.
        key: Everything that decides the arrays, as JSON.

    Example:
        >>> import tempfile
        >>> finished = FinishedFolds(Path(tempfile.mkdtemp()), {"seed": 0})
        >>> finished.get("fold 1") is None
        True
        >>> finished.put("fold 1", logits=np.ones(2))
        >>> finished.get("fold 1")["logits"].tolist()
        [1.0, 1.0]
    """

    def __init__(self, directory: Path, key: dict[str, Any]) -> None:
        text = json.dumps(key, sort_keys=True, default=str)
        self._path = directory / hashlib.sha256(text.encode()).hexdigest()[:16]

    def get(self, name: str) -> dict[str, NDArray[Any]] | None:
        """Returns what was put under this name, or `None`."""
        path = self._file(name)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)

    def put(self, name: str, **arrays: Any) -> None:
        """Keeps arrays under a name; they are there whole or not at all."""
        with atomic.replacing(self._file(name)) as temporary:
            np.savez(temporary, **arrays)

    def remove(self) -> None:
        """Forgets everything, once the run itself is on disk."""
        shutil.rmtree(self._path, ignore_errors=True)

    def _file(self, name: str) -> Path:
        return self._path / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.npz"
