"""The licence of weights, as the files beside them state it."""

import re
from pathlib import Path

from ftkeras.handles import Handle

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---", re.DOTALL)
_STATED = re.compile(r"^license:\s*['\"]?([\w.+-]+)", re.MULTILINE)


def licence(handle: Handle) -> str | None:
    """Returns what a model card or a licence file beside local weights says, or `None`.

    Args:
        handle: Where the weights are.
    """
    path = Path(handle.path).expanduser()
    directory = path if path.is_dir() else path.parent
    if not path.exists():
        return None
    card = directory / "README.md"
    if card.is_file():
        front = _FRONT_MATTER.match(card.read_text(encoding="utf-8", errors="replace"))
        stated = _STATED.search(front.group(1)) if front else None
        if stated:
            return stated.group(1)
    for name in ("LICENSE", "LICENSE.txt", "LICENCE"):
        if (directory / name).is_file():
            text = (directory / name).read_text(encoding="utf-8", errors="replace")
            return " ".join(text.split())[:80]
    return None
