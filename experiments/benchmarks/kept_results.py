"""Results of a benchmark that is run in parts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def put(path: Path, found: Mapping[str, Any]) -> None:
    """Writes results beside those of other names that the file holds already.

    Args:
        path: A JSON file with an object; it need not exist yet.
        found: Name -> result, in place of what was kept of that name.
    """
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**before, **found}, indent=1) + "\n", encoding="utf-8")
