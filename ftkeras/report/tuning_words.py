"""What a search for settings found, in sentences."""

from collections import Counter
from typing import Any

from ftkeras.report import wording
from ftkeras.report.language import N_, ngettext, paragraph, said
from ftkeras.report.language import gettext as _

_STATES = {
    "complete": N_("finished"),
    "pruned": N_("stopped early"),
    "fail": N_("failed or was cut off"),
    "running": N_("is running"),
    "waiting": N_("waits to be taken up"),
}
_COUNTED = {
    "complete": N_("{number} complete"),
    "pruned": N_("{number} pruned"),
    "fail": N_("{number} fail"),
    "running": N_("{number} running"),
    "waiting": N_("{number} waiting"),
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
    parts = [_(told, number=states[state]) for state, told in _COUNTED.items() if states[state]]
    return ngettext(
        "{count} trial: {parts}.",
        "{count} trials: {parts}.",
        count=len(found["trials"]),
        parts=_(", ").join(parts),
    )


def worth(found: dict[str, Any]) -> str:
    """Returns what the best validation score is worth once the luck of choosing is taken off."""
    one, score = found["selection"], found["score"]
    chosen = wording.amount(score, one["value"])
    corrected = wording.amount(score, one["corrected"])
    low, high = (wording.amount(score, one[end]) for end in ("low", "high"))
    optimism = wording.change(score, abs(one["optimism"]), signed=False)
    best = _(
        "The best of {candidates} has a {score} of {chosen} on {judged_on}. It was chosen for "
        "that, so it flatters: on examples that the choice did not see, the best is expected at "
        "{corrected} ({low} to {high}).",
        candidates=one["candidates"],
        score=wording.in_sentence(score),
        chosen=chosen,
        judged_on=said(found["judged_on"]),
        corrected=corrected,
        low=low,
        high=high,
    )
    if one["optimism"] >= 0:
        return paragraph(best, _("Optimism of the choice: {optimism}.", optimism=optimism))
    chance = _(
        "Optimism of the choice: {optimism} the other way, which is chance.", optimism=optimism
    )
    return paragraph(best, chance)


def stability(found: dict[str, Any]) -> str:
    """Returns how often the same trial would have been chosen on other validation examples."""
    one = found["selection"]
    return _(
        "Trial {winner} wins in {share} of the resamples of the {units} examples of {judged_on}.",
        winner=found["winner"],
        share=wording.percent(round(one["stability"], 2)),
        units=wording.count(one["num_units"]),
        judged_on=said(found["judged_on"]),
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
    name = _STATES[row["state"]]
    told = _(name)
    if row["retries"] is None:
        return told
    return _("{state}, again after trial {trial} was cut off", state=told, trial=row["retries"])


def best_first(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the trials, the best complete one first, those without a score last."""
    sign = 1 if found["direction"] == "min" else -1

    def place(row: dict[str, Any]) -> tuple[bool, float]:
        done = row["state"] == "complete" and row["value"] is not None
        return not done, sign * row["value"] if done else row["number"]

    return sorted(found["trials"], key=place)
