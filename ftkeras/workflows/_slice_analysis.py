"""For whom it works: slices of the test part, and weak ones that validation found."""

import dataclasses
from typing import Any

from ftkeras.contracts.task import Task
from ftkeras.records.predictions import Predictions
from ftkeras.statistics.slices import compare_slices, cut
from ftkeras.statistics.weak_slices import confirm, weak_slices
from ftkeras.workflows import _outcomes, _slice_columns

_MOST_SLICES = 40


def slices(
    validation: Predictions, test: Predictions, task: Task, seed: int
) -> dict[str, Any] | None:
    """Returns what slices come to, as the record keeps it; `None` where nothing can be compared.

    Args:
        validation: Predictions that weak slices are searched on; may be empty.
        test: Predictions that are compared.
        task: How logits are read.
        seed: Seed of the search and of permutations.
    """
    found_on = _outcomes.outcome(task, test)
    if found_on is None:
        return None
    columns = _slice_columns.known(test)
    parts = [*_slice_columns.of_truth(test, task.kind), *cut(columns)]
    compared = compare_slices(found_on.values, parts, seed=seed)
    found: dict[str, Any] = {
        "score": found_on.score,
        "direction": found_on.direction,
        "overall": float(found_on.values.mean()),
        "num_units": len(found_on.values),
        "differences": [dataclasses.asdict(one) for one in compared[:_MOST_SLICES]],
        "num_compared": len(compared),
        "num_too_small": len(parts) - len(compared),
        "num_candidates": 0,
        "weak": [],
    }
    earlier = _outcomes.outcome(task, validation)
    if earlier is not None and columns:
        way = found_on.direction
        was_known = _slice_columns.known(validation)
        candidates = weak_slices(earlier.values, was_known, direction=way, seed=seed)
        weak = confirm(candidates, found_on.values, columns, direction=way, seed=seed)
        found["num_candidates"] = len(candidates)
        found["weak"] = [dataclasses.asdict(one) for one in weak]
    return found
