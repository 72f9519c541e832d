"""What a ranking of backbones says, in sentences."""

from typing import Any

from ftkeras.contracts.memory_use import MemoryUse
from ftkeras.report import memory_words, wording
from ftkeras.report.language import N_, listed, paragraph, said
from ftkeras.report.language import gettext as _

SCORES = {
    "probe_accuracy": N_("Probe accuracy"),
    "probe_ranking_precision": N_("Probe ranking precision"),
    "probe_r2": N_("Probe R²"),
    "probe_log_loss": N_("Probe log loss"),
    "nearest_neighbours": N_("Nearest neighbours"),
    "nearest_neighbours_precision": N_("Nearest neighbours"),
    "nearest_neighbours_r2": N_("Nearest neighbours"),
    "log_me": "LogME",
    "h_score": "H-score",
    "leep": "LEEP",
}
_SHARES = ("probe_accuracy", "nearest_neighbours")
SHOWN = ("probe_accuracy", "probe_ranking_precision", "probe_r2")
"""What people look at first, by kind of labels; it has its interval in the terminal."""


def shown_first(row: dict[str, Any]) -> str:
    """Returns the score of a candidate that people look at first.

    Args:
        row: One of `candidates` of `analyses["ranking"]` of a record.

    Example:
        >>> shown_first({"scores": {"probe_r2": {"value": 0.5}}})
        'probe_r2'
    """
    return next(score for score in SHOWN if score in row["scores"])


def decided_by(found: dict[str, Any]) -> str:
    """Returns what decides the order, and what an interval of a score knows."""
    kind = found.get("kind", "classes")
    if kind == "numbers":
        told = _(
            "The order is that of the probe's R²: ridge regression on frozen features, each "
            "example answered by a model that was not fitted on it."
        )
    elif kind == "labels":
        told = _(
            "The order is that of the probe's log loss: a logistic regression for each label on "
            "frozen features, each example answered by models that were not fitted on it."
        )
    else:
        told = _(
            "The order is that of the probe's log loss: logistic regression on frozen features, "
            "each example answered by a model that was not fitted on it."
        )
    interval = _(
        "Below each number: its {level} interval from resampling examples. It knows how the "
        "examples at hand may differ from others, not how a probe fitted on other examples would.",
        level=wording.percent(found["level"]),
    )
    return paragraph(told, interval)


def difference(found: dict[str, Any]) -> str:
    """Returns the heading of the differences between candidates."""
    if found.get("kind") == "numbers":
        return _("Difference in R²")
    return _("Difference in log loss")


def cheap(found: dict[str, Any]) -> str:
    """Returns what the scores beside the probe are, and which of them these labels cannot have."""
    examples = found["rounds"][0]["examples"]
    if not found.get("left_out"):
        return _(
            "LogME, H-score and nearest neighbours fit nothing or almost nothing. None is an "
            "oracle. On {examples:,} examples of these data:",
            examples=examples,
        )
    return _(
        "LogME and nearest neighbours fit nothing or almost nothing. None is an oracle. "
        "{scores} are for classes and left out. On {examples:,} examples of these data:",
        scores=listed([score_name(score) for score in found["left_out"]]),
        examples=examples,
    )


def headline(found: dict[str, Any]) -> str:
    """Returns who is best, and who cannot be told apart from it.

    Args:
        found: `analyses["ranking"]` of a record.
    """
    best, level = found["best"], level_with(found, found["best"])
    if not level:
        return _("{best} is best: it can be told apart from every other that finished.", best=best)
    return _(
        "{best} comes first, but cannot be told apart from {others}.",
        best=best,
        others=listed(level),
    )


def warnings(found: dict[str, Any]) -> list[str]:
    """Returns what should make a reader doubt that pretraining helps here."""
    order = [row["name"] for row in found["candidates"] if row["finished"]]
    level = level_with(found, found["best"])
    place = order.index(found["best"]) if found["best"] in order else len(order)
    said = []
    for row in found["candidates"]:
        if row["kind"] == "backbone" or not row["finished"]:
            continue
        if row["name"] in order[:place] and row["name"] not in level:
            said.append(_("{name} beats every backbone on these data.", name=row["name"]))
        elif row["name"] in level:
            said.append(_("{name} cannot be told apart from the best backbone.", name=row["name"]))
    return said


def fastest(found: dict[str, Any]) -> str:
    """Returns a sentence on the fastest of those that cannot be told apart from the best."""
    name, speeds = found["fastest_of_the_best"], {}
    for row in found["candidates"]:
        speeds[row["name"]] = row["examples_per_second"]
    if name == found["best"]:
        return ""
    times = speeds[name] / speeds[found["best"]]
    return _(
        "{name} cannot be told apart from it either and is {times:.1f} times as fast.",
        name=name,
        times=times,
    )


def agreements(found: dict[str, Any]) -> list[str]:
    """Returns a sentence for each cheap score: how often it agreed with the probe here."""
    said = []
    for one in found["agreement"]:
        template = (
            _(
                "{score} orders {agreeing} of {pairs} pairs as the probe does ({agreeing_clear} of "
                "the {clear} that the probe tells apart)."
            )
            if one["tau"] is None
            else _(
                "{score} orders {agreeing} of {pairs} pairs as the probe does ({agreeing_clear} of "
                "the {clear} that the probe tells apart, Kendall's tau {tau})."
            )
        )
        words = {"score": score_name(one["score"]), "tau": wording.number(one["tau"], 2)}
        said.append(template.format(**{**one, **words}))
    return said


def halving(found: dict[str, Any]) -> list[str]:
    """Returns a sentence for each round of successive halving; none without rounds."""
    if len(found["rounds"]) == 1:
        return []
    said = []
    for number, one in enumerate(found["rounds"], 1):
        if number == len(found["rounds"]):
            template = _(
                "Round {number}: {candidates} candidates on {examples:,} examples; the final order."
            )
        elif one["dropped"]:
            template = _(
                "Round {number}: {candidates} candidates on {examples:,} examples; left out: "
                "{dropped}."
            )
        else:
            template = _(
                "Round {number}: {candidates} candidates on {examples:,} examples; nobody was left "
                "out."
            )
        said.append(
            template.format(
                number=number,
                candidates=len(one["candidates"]),
                examples=one["examples"],
                dropped=listed(one["dropped"]),
            )
        )
    saved = found["saved_by_halving"]
    return [*said, _("Passes through backbones that this saved: {saved:,}.", saved=saved)]


def memory_of(row: dict[str, Any]) -> MemoryUse | None:
    """Returns what a candidate takes of memory; `None` of plain features, and in old records.

    Args:
        row: One of `candidates` of `analyses["ranking"]` of a record.
    """
    found = row.get("memory")
    return None if found is None else MemoryUse.read(found)


def memory(found: dict[str, Any]) -> list[str]:
    """Returns what the figures of memory are, and whose are missing for what reason.

    Args:
        found: `analyses["ranking"]` of a record.
    """
    used = {row["name"]: memory_of(row) for row in found["candidates"]}
    known = [use for use in used.values() if use is not None]
    measured = [use for use in known if use.answering_bytes is not None]
    told = []
    if measured:
        told.append(
            _(
                "Memory: weights, and what a batch of {batch} of these examples adds while it is "
                "answered, to within {size}; the framework itself not counted.",
                batch=measured[0].many.batch,
                size=memory_words.size(memory_words.RESOLUTION),
            )
        )
    if any(use.at_least for use in measured):
        told.append(
            _("It may be more: this system tells only the largest memory of a whole process.")
        )
    reasons: dict[str, list[str]] = {}
    for name, use in used.items():
        if use is not None and use.many.missing:
            reasons.setdefault(use.many.missing, []).append(name)
    for reason, names in reasons.items():
        told.append(
            _(
                "Memory of {names} was not measured: {reason}.",
                names=listed(names),
                reason=said(reason),
            )
        )
    return told


def score_name(score: str) -> str:
    """Returns what a score of frozen features is called.

    Example:
        >>> score_name("log_me"), score_name("probe_accuracy")
        ('LogME', 'Probe accuracy')
    """
    return _(SCORES[score])


def level_with(found: dict[str, Any], name: str) -> list[str]:
    """Returns the candidates that cannot be told apart from one."""
    level = []
    for pair in found["pairs"]:
        if pair["tied"] and name in (pair["better"], pair["worse"]):
            level.append(pair["worse"] if pair["better"] == name else pair["better"])
    return level


def value(score: str, number: float | None) -> str:
    """Returns a score as the table writes it: shares in percent.

    Example:
        >>> value("probe_accuracy", 0.9), value("log_me", -0.4321), value("leep", None)
        ('90.0%', '−0.432', '–')
    """
    return wording.amount("accuracy" if score in _SHARES else score, number)


def next_command(found: dict[str, Any], flagfile: str) -> str:
    """Returns the command that fine-tunes the best backbone with the same settings."""
    handle = next(
        row.get("handle", row["name"])
        for row in found["candidates"]
        if row["name"] == found["best"]
    )
    return (
        f"python -m ftkeras.run --flagfile={flagfile} --mode=finetune --backbone={handle} "
        "--run_dir=runs/finetuned"
    )
