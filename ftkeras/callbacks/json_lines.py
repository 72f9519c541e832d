"""One JSON line an epoch, readable while training goes on."""

import json
import math
from pathlib import Path
from typing import Any

import keras


class JsonLines(keras.callbacks.Callback):
    r"""Appends the logs of every epoch to a file, one JSON object a line.

    Args:
        path: The file; it is made when the first epoch ends.
        **constants: Written into every line, for example the phase.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "metrics.jsonl"
        >>> JsonLines(path, phase="linear_probe").on_epoch_end(0, {"loss": 0.5})
        >>> path.read_text()
        '{"phase": "linear_probe", "epoch": 1, "loss": 0.5}\n'
    """

    def __init__(self, path: Path, **constants: Any) -> None:
        super().__init__()
        self.path = path
        self.constants = constants

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the epoch's logs; epochs count from 1."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        # JSON has no NaN; an undefined metric becomes null.
        numbers = {name: None if math.isnan(value) else value for name, value in values.items()}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**self.constants, "epoch": epoch + 1, **numbers}) + "\n")
