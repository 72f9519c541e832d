"""`decision.json`: how a run turns logits into answers, locked when it was made."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.records import atomic

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Decision:
    """What validation decided once and for all.

    Args:
        calibration: Call string of the method in `calibration/`; empty for none.
        parameters: What was fitted.
        rule: Call string of the rule in `thresholds/`; empty for none.
        thresholds: Class name -> probability above which an example is called so; with several
            labels, that of each label for which one was chosen.
        chosen_on: The part it was chosen on.
        num_units: Examples of that part.

    Example:
        >>> import tempfile
        >>> decision = Decision(rule="maximum_f1", thresholds={"spam": 0.31}, num_units=400)
        >>> path = Path(tempfile.mkdtemp()) / "decision.json"
        >>> decision.write(path)
        >>> Decision.read(path) == decision
        True
    """

    calibration: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    rule: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    chosen_on: str = "validation"
    num_units: int = 0

    def of_labels(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Returns `(labels,)` the threshold of each label; one half where none was chosen.

        Args:
            names: The labels.

        Example:
            >>> Decision(thresholds={"drama": 0.3}).of_labels(["crime", "drama"]).tolist()
            [0.5, 0.3]
        """
        return np.array([self.thresholds.get(name, 0.5) for name in names], "float64")

    def write(self, path: Path) -> None:
        """Writes it as JSON with a digest of its own content."""
        content = {**self.to_json(), "schema_version": SCHEMA_VERSION}
        content["digest"] = _digest(content)
        with atomic.replacing(path) as temporary:
            temporary.write_text(json.dumps(content, indent=2, allow_nan=False), encoding="utf-8")

    def to_json(self) -> dict[str, Any]:
        """Returns what `from_json` reads."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Decision":
        """Returns the decision of a run record or a file."""
        return cls(**content)

    @classmethod
    def read(cls, path: Path) -> "Decision | None":
        """Reads what `write` wrote; `None` when the run decided nothing.

        Raises:
            UserError: The file is damaged, was edited, or has another schema version.
        """
        if not path.exists():
            return None
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            digest, version = content.pop("digest"), content["schema_version"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UserError(f"Expected a JSON decision. Received: path={path} (damaged).") from None
        if version != SCHEMA_VERSION or digest != _digest(content):
            raise UserError(
                f"Expected the decision that was written, of schema version {SCHEMA_VERSION}. "
                f"Received: path={path} with schema_version={version!r}, or changed by hand. "
                "Replay the run from its run.flags."
            )
        del content["schema_version"]
        return cls.from_json(content)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
