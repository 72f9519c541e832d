"""What a comparison says, in sentences."""

from typing import Any

from ftkeras.report import wording
from ftkeras.report.language import N_, paragraph, said
from ftkeras.report.language import gettext as _

COSTS = {
    "parameters": (N_("Parameters"), lambda value: wording.count(int(value))),
    "trained_parameters": (N_("Trained parameters"), lambda value: wording.count(int(value))),
    "training_seconds": (N_("Training"), wording.duration),
    "milliseconds_per_example": (N_("Per example"), lambda value: _milliseconds(value, 1)),
    "latency_milliseconds": (N_("Latency of one"), lambda value: _milliseconds(value)),
    "batch_milliseconds": (N_("Latency of 32"), lambda value: _milliseconds(value)),
    "peak_mebibytes": (N_("Peak memory"), lambda value: f"{wording.count(round(value))} MiB"),
}
"""Name of a cost -> its heading, and how it is written."""

_BATCH_OF = {"latency_milliseconds": "1", "batch_milliseconds": "32"}
_SERVING = (*_BATCH_OF, "peak_mebibytes")
_CHANCE = 0.05


def headline(board: dict[str, Any]) -> str:
    """Returns who is first, by how much, and who cannot be told apart from it."""
    best, *others = board["rows"]
    item = best["scores"][0]
    score = board["headline"]
    value = wording.amount(score, item["value"])
    told = _(
        "{name} is first: {score} {value} on {examples:,} shared test examples.",
        name=best["name"],
        score=wording.in_sentence(score),
        value=value,
        examples=board["examples"],
    )
    tied = [row["name"] for row in others if row["tied_with_best"]]
    if not others or item["value"] is None:
        return told
    if tied:
        names = _(", ").join(tied)
        level = _("It cannot be told apart from {names}: choose by cost.", names=names)
        return paragraph(told, level)
    return paragraph(told, _("Every other one is behind it by more than chance explains."))


def pair(pair_: dict[str, Any], score: str) -> str:
    """Returns a paired difference with its interval."""
    ends = wording.change_between(score, pair_["low"], pair_["high"], unit=False)
    return _("{change} ({ends})", change=wording.change(score, pair_["difference"]), ends=ends)


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
    return _(
        "repeats differ by {size} (standard deviation of {repeats})",
        size=size,
        repeats=found["repeats"],
    )


def cost(row: dict[str, Any]) -> str:
    """Returns what a run took, as far as it is recorded."""
    known = row["cost"]
    told = []
    if "parameters" in known:
        told.append(_("{parameters:,} parameters", parameters=int(known["parameters"])))
    if "trained_parameters" in known:
        told.append(_("{parameters:,} trained", parameters=int(known["trained_parameters"])))
    if "training_seconds" in known:
        time = wording.duration(known["training_seconds"])
        told.append(_("trained in {time}", time=time))
    if "milliseconds_per_example" in known:
        time = _milliseconds(known["milliseconds_per_example"], 1)
        told.append(_("{time} an example", time=time))
    if "latency_milliseconds" in known:
        one, many, memory = (COSTS[name][1](known[name]) for name in _SERVING)
        told.append(
            _(
                "{one} for one answer, {many} for 32, {memory} at most",
                one=one,
                many=many,
                memory=memory,
            )
        )
    return _(", ").join(told) or _("not recorded")


def cell(row: dict[str, Any], name: str) -> tuple[str, str]:
    """Returns a cost as it stands in a table, and how far repeated measurements of it spread.

    Example:
        >>> each = {"milliseconds": 8.04, "low": 7.96, "high": 8.31}
        >>> row = {"cost": {"latency_milliseconds": 8.04}, "serving": {"batches": {"1": each}}}
        >>> cell(row, "latency_milliseconds"), cell({"cost": {}}, "peak_mebibytes")
        (('8.0 ms', '8.0 to 8.3'), ('not measured', ''))
    """
    if name not in row["cost"]:
        return (_("not measured") if name in _SERVING else "\N{EN DASH}"), ""
    written = COSTS[name][1](row["cost"][name])
    batch = (row.get("serving") or {}).get("batches", {}).get(_BATCH_OF.get(name, ""))
    if batch is None:
        return written, ""
    low, high = wording.number(batch["low"], 1), wording.number(batch["high"], 1)
    return written, wording.between(low, high)


def serving(board: dict[str, Any]) -> str:
    """Returns how latency and memory were measured, and for whom not; empty where left out."""
    rows = [row for row in board["rows"] if row.get("serving")]
    measured = [row["serving"] for row in rows if "batches" in row["serving"]]
    told = []
    if measured:
        first = measured[0]
        told.append(
            _(
                "Latency and memory: {method}; {device}, {cores} cores, {backend}. The framework "
                "by itself holds {memory:,} MiB of each.",
                method=said(first["method"]),
                device=first["device"].upper(),
                cores=first["cores"],
                backend=first["backend"],
                memory=round(max(one["framework_mebibytes"] for one in measured)),
            )
        )
    told += [
        _(
            "Not measured for {name}: {reason}.",
            name=row["name"],
            reason=said(row["serving"]["not_measured"]),
        )
        for row in rows
        if "not_measured" in row["serving"]
    ]
    return paragraph(*told)


def _milliseconds(value: float, decimals: int | None = None) -> str:
    decimals = (1 if value < 100 else 0) if decimals is None else decimals
    return _("{number} ms", number=wording.number(value, decimals))


def ranks(found: dict[str, Any]) -> str:
    """Returns what the ranks over data sets allow to be said."""
    order = sorted(zip(found["average"], found["methods"], strict=True))
    average = _(
        "Average ranks over {data_sets} data sets: {ranks}.",
        data_sets=found["data_sets"],
        ranks=_("; ").join(f"{name} {rank:.2f}" for rank, name in order),
    )
    differ = _("{test}: {p_value}, so the methods differ.")
    alike = _("{test}: {p_value}, so the methods cannot be told apart by their ranks.")
    p_value = wording.p_value(found["p_value"])
    told = (differ if found["p_value"] < _CHANCE else alike).format(
        test=_(found["test"]), p_value=p_value
    )
    return paragraph(average, told)
