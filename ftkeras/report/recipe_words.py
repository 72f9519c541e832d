"""What a run decided by itself: where a recipe stopped, learning rates, averages of weights."""

from collections.abc import Sequence
from typing import Any

from ftkeras.records.run_record import RunRecord
from ftkeras.report import wording
from ftkeras.report.language import gettext as _


def said(record: RunRecord) -> list[str]:
    """Returns everything a run decided by itself: stages, learning rates, averages of weights.

    Args:
        record: The run.
    """
    return [
        *why(record.analyses.get("recipe")),
        *rates(record.phases),
        *averages(record.phases),
    ]


def why(found: dict[str, Any] | None) -> list[str]:
    """Returns one sentence for each stage that was looked at, and why no further one was tried.

    Args:
        found: `analyses["recipe"]` of a record; `None` gives nothing.
    """
    if not found:
        return []
    ends = {
        "no_gain": _("No further block was thawed, and this stage was taken back."),
        "undefined": _("No further block was thawed, and this stage was taken back."),
        "all_blocks": _("Every block trained; nothing was left to thaw."),
        "budget": _("No further block was thawed: most_blocks was reached."),
        "no_blocks": _("Only the head was trained: this backbone has no block that can train."),
    }
    return [*(_seen(look) for look in found["looks"]), ends[found["reason"]]]


def rates(phases: Sequence[dict[str, Any]]) -> list[str]:
    """Returns a sentence for each phase that looked for its learning rate.

    Args:
        phases: `RunRecord.phases`.
    """
    return [
        _rate(number, phase["learning_rates"])
        for number, phase in enumerate(phases, 1)
        if phase.get("learning_rates")
    ]


def averages(phases: Sequence[dict[str, Any]]) -> list[str]:
    """Returns a sentence for each phase whose weights were averaged.

    Args:
        phases: `RunRecord.phases`.
    """
    found = []
    for number, phase in enumerate(phases, 1):
        epochs = phase.get("averaged_epochs")
        if not epochs:
            continue
        if phase["best_epoch"] == max(map(len, phase["history"].values())):
            text = _(
                "Phase {number}: the average of the weights after its last {epochs} epochs was "
                "kept: validation found it better than every single epoch.",
                number=number,
                epochs=epochs,
            )
        else:
            text = _(
                "Phase {number}: the average of the weights after its last {epochs} epochs was not "
                "kept: validation found it no better than the best epoch.",
                number=number,
                epochs=epochs,
            )
        found.append(text)
    return found


def _seen(look: dict[str, Any]) -> str:
    if look["problem"]:
        return _(
            "{freezing}: nothing could be compared on validation. {problem}",
            freezing=look["freezing"],
            problem=look["problem"],
        )
    said = _("a gain beyond noise") if look["goes_on"] else _("no gain beyond noise")
    return _(
        "{freezing}: {score} changed by {difference} (interval at 95%: {low} to {high}) on {units} "
        "validation examples; p = {p_value}, one-sided and for the best of {epochs} epochs, where "
        "at most {level} was asked for: {said}.",
        freezing=look["freezing"],
        score=wording.plain_name(look["score"]),
        difference=f"{look['difference']:+.4f}",
        low=f"{look['low']:+.4f}",
        high=f"{look['high']:+.4f}",
        units=f"{look['num_units']:,}",
        p_value=f"{look['p_value']:.3g}",
        epochs=look["epochs"],
        level=f"{look['level']:g}",
        said=said,
    )


def _rate(number: int, found: dict[str, Any]) -> str:
    if found["suggested"] is None:
        return _(
            "Phase {number}: the loss never fell beyond its noise while the learning rate rose, so "
            "the rate of the recipe was used.",
            number=number,
        )
    return _(
        "Phase {number}: learning rate {rate}, where the loss fell most steeply, and at most a "
        "tenth of {lowest}, where its fall ended.",
        number=number,
        rate=f"{found['suggested']:.2g}",
        lowest=f"{found['lowest']:.2g}",
    )
