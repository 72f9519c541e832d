"""What a comparison says, in sentences."""

from typing import Any

from ftkeras.report import wording

COSTS = {
    "parameters": ("Parameters", lambda value: wording.count(int(value))),
    "trained_parameters": ("Trained parameters", lambda value: wording.count(int(value))),
    "training_seconds": ("Training", wording.duration),
    "milliseconds_per_example": ("Per example", lambda value: f"{wording.number(value, 1)} ms"),
}
"""Name of a cost -> its heading, and how it is written."""


def headline(board: dict[str, Any]) -> str:
    """Returns who is first, by how much, and who cannot be told apart from it."""
    best, *others = board["rows"]
    item = best["scores"][0]
    score = board["headline"]
    value = wording.amount(score, item["value"])
    told = (
        f"{best['name']} is first: {wording.in_sentence(score)} {value} on "
        f"{wording.count(board['examples'])} shared test examples."
    )
    tied = [row["name"] for row in others if row["tied_with_best"]]
    if not others or item["value"] is None:
        return told
    if tied:
        names = ", ".join(tied)
        return f"{told} It cannot be told apart from {names}: choose by cost."
    return f"{told} Every other one is behind it by more than chance explains."


def pair(pair_: dict[str, Any], score: str) -> str:
    """Returns a paired difference with its interval."""
    low = wording.change(score, pair_["low"]).removesuffix(" points")
    high = wording.change(score, pair_["high"]).removesuffix(" points")
    return f"{wording.change(score, pair_['difference'])} ({low} to {high})"


def spread(row: dict[str, Any], score: str) -> str:
    """Returns how far repeats of a cross-validation lie apart; empty where there are none.

    Example:
        >>> spread({"spread": {"value": 0.0123, "repeats": 5}}, "accuracy")
        'repeats differ by 1.2 points (standard deviation of 5)'
    """
    found = row["spread"]
    if not found:
        return ""
    size = wording.change(score, found["value"], signed=False)
    return f"repeats differ by {size} (standard deviation of {found['repeats']})"


def cost(row: dict[str, Any]) -> str:
    """Returns what a run took, as far as it is recorded."""
    known = row["cost"]
    told = []
    if "parameters" in known:
        told.append(f"{wording.count(int(known['parameters']))} parameters")
    if "trained_parameters" in known:
        told.append(f"{wording.count(int(known['trained_parameters']))} trained")
    if "training_seconds" in known:
        told.append(f"trained in {wording.duration(known['training_seconds'])}")
    if "milliseconds_per_example" in known:
        told.append(f"{wording.number(known['milliseconds_per_example'], 1)} ms an example")
    return ", ".join(told) or "not recorded"


def ranks(found: dict[str, Any]) -> str:
    """Returns what the ranks over data sets allow to be said."""
    order = sorted(zip(found["average"], found["methods"], strict=True))
    listed = "; ".join(f"{name} {rank:.2f}" for rank, name in order)
    clear = found["p_value"] < 0.05
    return (
        f"Average ranks over {found['data_sets']} data sets: {listed}. {found['test']}: "
        f"{wording.p_value(found['p_value'])}, so the methods "
        f"{'differ' if clear else 'cannot be told apart by their ranks'}."
    )
