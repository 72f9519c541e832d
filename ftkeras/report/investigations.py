"""Would more data help, and what moved: the words for two analyses of a run."""

from typing import Any

from ftkeras.report import wording
from ftkeras.report.plots import more_data

_STILL = 1e-3


def learning_curve(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns the sentence and the picture of `analyses["learning_curve"]`, `None` without it."""
    if not found:
        return None
    law = found["law"]
    gain, low, high = (100 * law[end] for end in ("gain", "low", "high"))
    now = found["sizes"][-1]
    words = (
        f"With {wording.count(2 * now)} training examples instead of {wording.count(now)}, a "
        f"linear probe is expected to be right {wording.number(gain, 1)} points more often "
        f"({wording.percent(law['level'])} interval {wording.number(low, 1)} to "
        f"{wording.number(high, 1)})."
    )
    return {
        "sentence": words,
        "svg": more_data.draw(found),
        "judged_on": found["judged_on"],
        "orders": "five",
    }


def weight_change(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns the sentence and the rows of `analyses["weight_change"]`, `None` without it."""
    if not found:
        return None
    still = [block["name"] for block in found["blocks"] if block["relative_change"] < _STILL]
    frozen = [block["name"] for block in found["blocks"] if block["relative_change"] == 0]
    moved = [block for block in found["blocks"] if block["relative_change"] >= _STILL]
    words = []
    if moved:
        most = max(moved, key=lambda block: block["relative_change"])
        words.append(f"{most['name']} moved most, by {_percent(most['relative_change'])}.")
    if frozen:
        words.append(f"{len(frozen)} of {len(found['blocks'])} blocks were frozen.")
    if len(still) > len(frozen):
        hardly = [name for name in still if name not in frozen]
        words.append(
            f"{', '.join(hardly)} hardly moved (below {_percent(_STILL)}) and could have stayed "
            "frozen."
        )
    if found["alignment"] is not None:
        words.append(
            f"Features before and after have a similarity (CKA) of "
            f"{wording.number(found['alignment'], 2)} on {wording.count(found['examples'])} "
            "validation examples; 1 is unchanged."
        )
    rows = [
        {"name": block["name"], "change": _percent(block["relative_change"]), "rank": _rank(block)}
        for block in found["blocks"]
    ]
    return {"sentence": " ".join(words), "blocks": rows}


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share else "0"


def _rank(block: dict[str, Any]) -> str:
    if block["effective_rank"] is None:
        return wording.number(None)
    return f"{block['effective_rank']:.0f} of {block['full_rank']}"
