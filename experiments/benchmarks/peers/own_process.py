"""Each contestant in a process of its own, so that memory, threads and warm caches are its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

_MARK = "RESULT "


def run(module: str, *arguments: object) -> dict[str, Any]:
    """Runs `python -m module *arguments` and returns what it handed to `report`.

    Adds `load`, the load of the machine when it started.

    Raises:
        RuntimeError: It failed, or reported nothing.
    """
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode or not lines:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(lines[-1].removeprefix(_MARK))
    return {**result, "load": load}


def report(result: dict[str, Any]) -> None:
    """Hands a result to the process that called `run`."""
    print(_MARK + json.dumps(result), flush=True)


def peak_bytes() -> int:
    """Returns the most memory that this process has had until now.

    Linux keeps it as `VmHWM`; `getrusage` would say what the process held that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError(
            "Expected VmHWM in /proc/self/status. Received: none. Run this on Linux."
        )
    return 1024 * int(found[1])
