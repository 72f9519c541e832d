"""What a comparison says, in sentences."""

from typing import Any

from ftkeras.report import wording

COSTS = {
    "parameters": ("Parameters", lambda value: wording.count(int(value))),
    "trained_parameters": ("Trained parameters", lambda value: wording.count(int(value))),
    "training_seconds": ("Training", wording.duration),
    "milliseconds_per_example": ("Per example", lambda value: f"{wording.number(value, 1)} ms"),
    "latency_milliseconds": ("Latency of one", lambda value: _milliseconds(value)),
    "batch_milliseconds": ("Latency of 32", lambda value: _milliseconds(value)),
    "peak_mebibytes": ("Peak memory", lambda value: f"{wording.count(round(value))} MiB"),
}
"""Name of a cost -> its heading, and how it is written."""

_BATCH_OF = {"latency_milliseconds": "1", "batch_milliseconds": "32"}
_SERVING = (*_BATCH_OF, "peak_mebibytes")


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
    if "latency_milliseconds" in known:
        one, many, memory = (COSTS[name][1](known[name]) for name in _SERVING)
        told.append(f"{one} for one answer, {many} for 32, {memory} at most")
    return ", ".join(told) or "not recorded"


def cell(row: dict[str, Any], name: str) -> tuple[str, str]:
    """Returns a cost as it stands in a table, and how far repeated measurements of it spread.

    Example:
        >>> each = {"milliseconds": 8.04, "low": 7.96, "high": 8.31}
        >>> row = {"cost": {"latency_milliseconds": 8.04}, "serving": {"batches": {"1": each}}}
        >>> cell(row, "latency_milliseconds"), cell({"cost": {}}, "peak_mebibytes")
        (('8.0 ms', '8.0 to 8.3'), ('not measured', ''))
    """
    if name not in row["cost"]:
        return ("not measured" if name in _SERVING else "\N{EN DASH}"), ""
    written = COSTS[name][1](row["cost"][name])
    batch = (row.get("serving") or {}).get("batches", {}).get(_BATCH_OF.get(name, ""))
    if batch is None:
        return written, ""
    return written, f"{wording.number(batch['low'], 1)} to {wording.number(batch['high'], 1)}"


def serving(board: dict[str, Any]) -> str:
    """Returns how latency and memory were measured, and for whom not; empty where left out."""
    rows = [row for row in board["rows"] if row.get("serving")]
    measured = [row["serving"] for row in rows if "batches" in row["serving"]]
    told = []
    if measured:
        first = measured[0]
        machine = f"{first['device'].upper()}, {first['cores']} cores, {first['backend']}"
        without = max(one["framework_mebibytes"] for one in measured)
        told.append(
            f"Latency and memory: {first['method']}; {machine}. The framework by itself holds "
            f"{wording.count(round(without))} MiB of each."
        )
    told += [
        f"Not measured for {row['name']}: {row['serving']['not_measured']}."
        for row in rows
        if "not_measured" in row["serving"]
    ]
    return " ".join(told)


def _milliseconds(value: float) -> str:
    return f"{wording.number(value, 1 if value < 100 else 0)} ms"


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
