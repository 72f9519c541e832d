"""Would more data help, and what moved: the words for two analyses of a run."""

from typing import Any

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import paragraph, said
from ftkeras.report.plots import more_data

_STILL = 1e-3


def learning_curve(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns the sentence and the picture of `analyses["learning_curve"]`, `None` without it."""
    if not found:
        return None
    return {
        "sentence": _twice(found),
        "svg": more_data.draw(found),
        "judged_on": said(found["judged_on"]),
    }


def _twice(found: dict[str, Any]) -> str:
    law, now = found["law"], found["sizes"][-1]
    sizes = {"twice": wording.count(2 * now), "now": wording.count(now)}
    level = wording.percent(law["level"])
    if found["score"] != "accuracy":
        gain, low, high = (wording.number(law[end]) for end in ("gain", "low", "high"))
        return _(
            "With {twice} training examples instead of {now}, the {score} of a linear probe is "
            "expected to get better by {gain} ({level} interval {low} to {high}).",
            **sizes,
            score=wording.in_sentence(found["score"]),
            gain=gain,
            level=level,
            low=low,
            high=high,
        )
    gain, low, high = (wording.number(100 * law[end], 1) for end in ("gain", "low", "high"))
    return _(
        "With {twice} training examples instead of {now}, a linear probe is expected to be right "
        "{gain} points more often ({level} interval {low} to {high}).",
        **sizes,
        gain=gain,
        level=level,
        low=low,
        high=high,
    )


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
        change = _percent(most["relative_change"])
        words.append(_("{block} moved most, by {change}.", block=most["name"], change=change))
    if frozen:
        counts = {"frozen": len(frozen), "blocks": len(found["blocks"])}
        words.append(_("{frozen} of {blocks} blocks were frozen.", **counts))
    if len(still) > len(frozen):
        hardly = [name for name in still if name not in frozen]
        words.append(
            _(
                "{blocks} hardly moved (below {limit}) and could have stayed frozen.",
                blocks=_(", ").join(hardly),
                limit=_percent(_STILL),
            )
        )
    if found["alignment"] is not None:
        words.append(
            _(
                "Features before and after have a similarity (CKA) of {alignment} on {examples} "
                "validation examples; 1 is unchanged.",
                alignment=wording.number(found["alignment"], 2),
                examples=wording.count(found["examples"]),
            )
        )
    rows = [
        {"name": block["name"], "change": _percent(block["relative_change"]), "rank": _rank(block)}
        for block in found["blocks"]
    ]
    return {"sentence": paragraph(*words), "blocks": rows}


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share else "0"


def _rank(block: dict[str, Any]) -> str:
    if block["effective_rank"] is None:
        return wording.number(None)
    return _("{rank:.0f} of {full}", rank=block["effective_rank"], full=block["full_rank"])
