"""What a ranking of backbones says, in sentences."""

from typing import Any

from ftkeras.report import wording

SCORES = {
    "probe_accuracy": "Probe accuracy",
    "probe_log_loss": "Probe log loss",
    "nearest_neighbours": "Nearest neighbours",
    "log_me": "LogME",
    "h_score": "H-score",
    "leep": "LEEP",
}
_SHARES = ("probe_accuracy", "nearest_neighbours")


def headline(found: dict[str, Any]) -> str:
    """Returns who is best, and who cannot be told apart from it.

    Args:
        found: `analyses["ranking"]` of a record.
    """
    best, level = found["best"], level_with(found, found["best"])
    if not level:
        return f"{best} is best: it can be told apart from every other that finished."
    return f"{best} comes first, but cannot be told apart from {_and(level)}."


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
            said.append(f"{row['name']} beats every backbone on these data.")
        elif row["name"] in level:
            said.append(f"{row['name']} cannot be told apart from the best backbone.")
    return said


def fastest(found: dict[str, Any]) -> str:
    """Returns a sentence on the fastest of those that cannot be told apart from the best."""
    name, speeds = found["fastest_of_the_best"], {}
    for row in found["candidates"]:
        speeds[row["name"]] = row["examples_per_second"]
    if name == found["best"]:
        return ""
    times = speeds[name] / speeds[found["best"]]
    return f"{name} cannot be told apart from it either and is {times:.1f} times as fast."


def agreements(found: dict[str, Any]) -> list[str]:
    """Returns a sentence for each cheap score: how often it agreed with the probe here."""
    said = []
    for one in found["agreement"]:
        tau = "" if one["tau"] is None else f", Kendall's tau {wording.number(one['tau'], 2)}"
        said.append(
            f"{SCORES[one['score']]} orders {one['agreeing']} of {one['pairs']} pairs as the probe "
            f"does ({one['agreeing_clear']} of the {one['clear']} that the probe tells apart{tau})."
        )
    return said


def halving(found: dict[str, Any]) -> list[str]:
    """Returns a sentence for each round of successive halving; none without rounds."""
    if len(found["rounds"]) == 1:
        return []
    said = []
    for number, one in enumerate(found["rounds"], 1):
        left = f"left out: {_and(one['dropped'])}" if one["dropped"] else "nobody was left out"
        if number == len(found["rounds"]):
            left = "the final order"
        said.append(
            f"Round {number}: {wording.count(len(one['candidates']))} candidates on "
            f"{wording.count(one['examples'])} examples; {left}."
        )
    saved = wording.count(found["saved_by_halving"])
    return [*said, f"Passes through backbones that this saved: {saved}."]


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


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
