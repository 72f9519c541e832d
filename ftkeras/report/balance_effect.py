"""What a rule for rare classes did, as a table beside doing nothing."""

from typing import Any

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import listed


def page(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns the sentence and the rows of `analyses["balance_effect"]`, `None` without it.

    Example:
        >>> score = {"score": "recall", "value": 0.5}
        >>> change = {"difference": 0.25, "low": 0.1, "high": 0.4, "p_value": 0.02}
        >>> row = {"with": {"score": "recall", "value": 0.75}, "without": score, "change": change}
        >>> made = page({"rules": {"balance": "oversample"}, "rows": [row], "missing": ""})
        >>> made["rows"][0]["with"], made["rows"][0]["without"], made["rows"][0]["change"]
        ('75.0%', '50.0%', '+25.0 points')
    """
    if not found:
        return None
    told = listed([f"--{flag}={call}" for flag, call in found["rules"].items()])
    words = _(
        "Rare classes were treated by {rules}. Beside it stands the same recipe without, on the "
        "same test examples.",
        rules=told,
    )
    return {
        "sentence": found["missing"] or words,
        "rows": [_row(row) for row in found["rows"]],
    }


def _row(row: dict[str, Any]) -> dict[str, str]:
    name, change = row["with"]["score"], row["change"]
    return {
        "name": wording.plain_name(name),
        "with": wording.amount(name, row["with"]["value"]),
        "without": wording.amount(name, row["without"]["value"]),
        "change": "" if change is None else wording.change(name, change["difference"]),
        "interval": (
            "" if change is None else wording.change_between(name, change["low"], change["high"])
        ),
        "p_value": "" if change is None else wording.p_value(change["p_value"]),
    }
