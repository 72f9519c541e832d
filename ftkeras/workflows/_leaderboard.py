"""Contestants on one data set: scores, who can be told apart, and where they disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any, cast

import numpy as np

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import BY_POSITION, OBJECTS, Task, answer_text
from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.multiplicity import holm
from ftkeras.statistics.paired import compare
from ftkeras.workflows import _judgement, _serving_cost
from ftkeras.workflows._contestants import Contestant

_LISTED = 10


def leaderboard(
    contestants: Sequence[Contestant],
    seed: int,
    serving: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Returns the leaderboard of one data set, as it stands in a record.

    Args:
        contestants: Models that answered the same examples in the same order.
        seed: Seed of the resampling.
        serving: Name of a model -> what `serving_costs` measured; `None` where it was left out.

    Returns:
        `headline`, `direction`, `examples`, `rows` (best first: `name`, `scores`, `cost`,
        `serving`, `spread` between repeats, `tied_with_best`), `pairs` (better, worse, paired
        difference, p-value adjusted for the number of pairs) and `disagreements` (what the best
        gets right and another wrong, and the other way round).
    """
    first = contestants[0].predictions
    task = _task(contestants)
    scored = all(one.predictions.scored for one in contestants)
    scores = _judgement.scores_of(task, len(first.class_names), scored)
    measured = {
        one.name: measure(scores, *_judgement.compared(one.predictions), seed=seed)
        for one in contestants
    }
    order = _best_first(contestants, measured, scores[0].direction)
    pairs = _pairs(order, measured, scores[0], seed)
    best = order[0].name
    return {
        "headline": scores[0].name,
        "direction": scores[0].direction,
        "examples": len(first),
        "class_names": list(first.class_names),
        "rows": [
            {
                "name": one.name,
                "method": one.method,
                "scores": [asdict(item) for item in measured[one.name]],
                "cost": {**one.cost, **_serving_cost.flat((serving or {}).get(one.name, {}))},
                "serving": None if serving is None else serving[one.name],
                "spread": one.spread,
                "tied_with_best": one.name != best
                and any(p["tied"] for p in pairs if (p["better"], p["worse"]) == (best, one.name)),
            }
            for one in order
        ],
        "pairs": pairs,
        # A number, or what has many parts, is hardly ever right as a whole.
        "disagreements": []
        if task.kind in ("numbers", *BY_POSITION, *OBJECTS)
        else [_disagreement(task, order[0], other) for other in order[1:]],
    }


def _task(contestants: Sequence[Contestant]) -> Task:
    """The task with the arguments that a run gave it."""
    runs = [one.record for one in contestants if one.record is not None]
    if runs:
        return _judgement.task_of(runs[0])
    return cast(Task, catalog.build("tasks", Call(contestants[0].predictions.task)))


def _best_first(
    contestants: Sequence[Contestant], measured: dict[str, list[Measurement]], direction: str
) -> list[Contestant]:
    sign = 1 if direction == "min" else -1

    def weakness(one: Contestant) -> tuple[bool, float, str]:
        value = measured[one.name][0].value
        return value is None, sign * (value or 0.0), one.name

    return sorted(contestants, key=weakness)


def _pairs(
    order: Sequence[Contestant], measured: dict[str, list[Measurement]], score: Score, seed: int
) -> list[dict[str, Any]]:
    compared: list[tuple[str, Comparison]] = []
    for better, worse in combinations(order, 2):
        if measured[better.name][0].value is None or measured[worse.name][0].value is None:
            continue
        labels, answers = _judgement.compared(better.predictions)
        _, others = _judgement.compared(worse.predictions)
        compared.append(
            (better.name, compare(score, labels, answers, others, other=worse.name, seed=seed))
        )
    adjusted = holm([item.p_value for _, item in compared])
    return [
        {
            "better": name,
            "worse": item.other,
            "difference": item.difference,
            "low": item.low,
            "high": item.high,
            "p_value": item.p_value,
            "adjusted_p_value": float(p_value),
            "tied": bool(p_value >= 1 - item.level),
            "method": item.method,
        }
        for (name, item), p_value in zip(compared, adjusted, strict=True)
    ]


def _disagreement(task: Task, best: Contestant, other: Contestant) -> dict[str, Any]:
    labels = best.predictions.labels
    answered = [task.predict_label(one.predictions.logits) for one in (best, other)]
    right = [(answer == labels).reshape(len(labels), -1).all(axis=1) for answer in answered]
    found: dict[str, Any] = {"best": best.name, "other": other.name}
    for name, rows in (
        ("only_best", np.flatnonzero(right[0] & ~right[1])),
        ("only_other", np.flatnonzero(~right[0] & right[1])),
    ):
        found[name] = {
            "count": len(rows),
            "examples": [_example(best, labels, answered, int(row)) for row in rows[:_LISTED]],
        }
    found["both_wrong"] = int((~right[0] & ~right[1]).sum())
    return found


def _example(best: Contestant, labels: Any, answered: list[Any], row: int) -> dict[str, str]:
    predictions = best.predictions
    names = predictions.class_names
    preview = "" if predictions.previews is None else str(predictions.previews[row] or "")
    return {
        "id": str(predictions.ids[row]),
        "preview": preview,
        "label": answer_text(labels[row], names),
        "best": answer_text(answered[0][row], names),
        "other": answer_text(answered[1][row], names),
    }
