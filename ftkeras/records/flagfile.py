"""`run.flags`: the settings of a run as a flagfile that replays it."""

from pathlib import Path
from typing import Any

from ftkeras.records import atomic


def write(settings: dict[str, Any], command: str, path: Path) -> None:
    """Writes a flagfile.

    Args:
        settings: Flag name -> value; a list becomes a repeated flag.
        command: The command that replays the run, written as a comment.
        path: The flagfile.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "run.flags"
        >>> write({"seed": 0, "phase": ["linear_probe", "everything"]}, "python ...", path)
        >>> print(path.read_text())
        # Replay: python ...
        --seed=0
        --phase=linear_probe
        --phase=everything
    """
    lines = [f"# Replay: {command}"]
    for name, value in settings.items():
        for item in value if isinstance(value, list) else [value]:
            lines.append(f"--{name}={item}")
    with atomic.replacing(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
