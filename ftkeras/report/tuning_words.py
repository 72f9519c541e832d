"""What a search for settings found, in sentences."""

from collections import Counter
from typing import Any

from ftkeras.report import wording

_STATES = {
    "complete": "finished",
    "pruned": "stopped early",
    "fail": "failed or was cut off",
    "running": "is running",
    "waiting": "waits to be taken up",
}


def counts(found: dict[str, Any]) -> str:
    """Returns how many trials there are, by what became of them.

    Args:
        found: `analyses["tuning"]` of a record.

    Example:
        >>> counts({"trials": [{"state": "complete"}, {"state": "pruned"}, {"state": "complete"}]})
        '3 trials: 2 complete, 1 pruned.'
    """
    states = Counter(row["state"] for row in found["trials"])
    parts = ", ".join(f"{states[state]} {state}" for state in _STATES if states[state])
    return f"{len(found['trials'])} trials: {parts}."


def worth(found: dict[str, Any]) -> str:
    """Returns what the best validation score is worth once the luck of choosing is taken off."""
    one, score = found["selection"], found["score"]
    chosen = wording.amount(score, one["value"])
    corrected = wording.amount(score, one["corrected"])
    low, high = (wording.amount(score, one[end]) for end in ("low", "high"))
    optimism = wording.change(score, abs(one["optimism"]), signed=False)
    other_way = "" if one["optimism"] >= 0 else " the other way, which is chance"
    return (
        f"The best of {one['candidates']} has a {wording.in_sentence(score)} of {chosen} on "
        f"{found['judged_on']}. It was chosen for that, so it flatters: on examples that the "
        f"choice did not see, the best is expected at {corrected} ({low} to {high}). Optimism of "
        f"the choice: {optimism}{other_way}."
    )


def stability(found: dict[str, Any]) -> str:
    """Returns how often the same trial would have been chosen on other validation examples."""
    one = found["selection"]
    return (
        f"Trial {found['winner']} wins in {wording.percent(round(one['stability'], 2))} of the "
        f"resamples of the {wording.count(one['num_units'])} examples of {found['judged_on']}."
    )


def setting(text: str) -> str:
    """Returns a drawn value as the table writes it: numbers with four digits, others as they are.

    Example:
        >>> setting("0.012044587484277882"), setting("mlp(units=64)"), setting("256")
        ('0.01204', 'mlp(units=64)', '256')
    """
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text


def state(row: dict[str, Any]) -> str:
    """Returns what became of a trial, and whose place it took."""
    again = "" if row["retries"] is None else f", again after trial {row['retries']} was cut off"
    return f"{_STATES[row['state']]}{again}"


def best_first(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the trials, the best complete one first, those without a score last."""
    sign = 1 if found["direction"] == "min" else -1

    def place(row: dict[str, Any]) -> tuple[bool, float]:
        done = row["state"] == "complete" and row["value"] is not None
        return not done, sign * row["value"] if done else row["number"]

    return sorted(found["trials"], key=place)
