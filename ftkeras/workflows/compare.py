"""Puts finished runs, and the predictions of others, side by side on the same examples."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.data import table
from ftkeras.errors import UserError
from ftkeras.records import atomic, flagfile
from ftkeras.records.run_record import RunRecord
from ftkeras.report import leaderboard_page, leaderboard_table, terminal
from ftkeras.statistics.ranks import compare_ranks
from ftkeras.workflows import _clock, _contestants, _provenance, _serving_cost, _versions
from ftkeras.workflows._contestants import Contestant
from ftkeras.workflows._leaderboard import leaderboard

REQUIRED = ("runs", "run_dir")


def compare(config: RunConfig) -> RunRecord:
    """Compares models on the test examples they share, pair by pair of answers.

    Every model gets its scores with intervals; every two, a paired test by the headline score,
    adjusted for the number of pairs (Holm); the best and each other one, the list of what only one
    of them got right; all, their cost: what the runs recorded, and latency and memory of answering,
    measured in a process of its own for each run that holds its model (their data are read once
    more for that; `cost="recorded"` leaves it out). Runs on different data cannot be
    compared example by example: they are grouped by data set, and if the same methods were run on
    each, their average ranks are compared (Friedman and Nemenyi, or Wilcoxon for two).

    Args:
        config: `runs` (run directories and files of predictions), `run_dir` for the result, and
            `examples="shared"` to compare only on what all answered.

    Returns:
        A record whose `analyses["leaderboards"]` has one entry a data set.

    Raises:
        UserError: A run cannot be read; or examples, labels or classes differ.
    """
    contestants = _contestants.load(config)
    if config.run_dir in config.runs:
        raise UserError(
            "Expected --run_dir to be a place for the comparison. Received: "
            f"--run_dir={config.run_dir}, which is one of --runs. Name another directory."
        )
    groups = _contestants.by_data_set(contestants)
    if len(groups) > 1 and min(map(len, groups)) < 2:
        alone = next(group[0].name for group in groups if len(group) < 2)
        raise UserError(
            "Expected every data set to have at least two runs. Received: "
            f"{alone}, which shares no test example with any other. Leave it out."
        )
    seed = seeds.child(config.seed, "resampling")
    shared = config.examples == "shared"
    boards = [_board(_contestants.aligned(group, shared), seed, config) for group in groups]
    record = RunRecord(
        command=f"python -m ftkeras.run --flagfile={config.run_dir / 'run.flags'}",
        created=_clock.now(),
        config=config.settings(),
        versions=_versions.without_framework(),
        task={"name": contestants[0].predictions.task, "headline": boards[0]["headline"]},
        data={"digest": _digest(contestants)},
        split={},
        backbone={},
        passes={},
        phases=[],
        measurements={},
        comparisons=[],
        streamed={},
        test_reads=[{"time": _clock.now(), "reason": "compare"}],
        analyses={"leaderboards": boards, "ranks": _ranks(boards)},
    )
    with atomic.replacing_directory(config.run_dir) as directory:
        flagfile.write(config.settings(), record.command, directory / "run.flags")
        record.write(directory / "record.json")
        _write_table(boards, directory / "leaderboard.csv")
        leaderboard_page.write(directory)
    leaderboard_table.show(record, config.run_dir)
    return record


def _board(contestants: list[Contestant], seed: int, config: RunConfig) -> dict[str, Any]:
    if config.cost == "recorded":
        return leaderboard(contestants, seed)
    with terminal.progress() as progress:
        told = progress.step("Latency and memory", "models")
        serving = _serving_cost.serving_costs(contestants, config.trust, told)
    return leaderboard(contestants, seed, serving)


def _ranks(boards: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Ranks of methods over data sets, where each was run on every one of them."""
    if len(boards) < 2:
        return None
    methods = sorted({row["method"] for board in boards for row in board["rows"]})
    values = []
    for board in boards:
        value_of = {row["method"]: row["scores"][0]["value"] for row in board["rows"]}
        if sorted(value_of) != methods or len(value_of) < len(board["rows"]):
            return None
        values.append([value_of[method] for method in methods])
    table = np.array(values, "float64")
    if len(methods) < 2 or not np.isfinite(table).all():
        return None
    found = compare_ranks(table, boards[0]["direction"])
    return {
        "methods": methods,
        "average": found.average.tolist(),
        "p_value": found.p_value,
        "test": found.test,
        "critical_difference": found.critical_difference,
        "data_sets": len(boards),
    }


def _digest(contestants: list[Contestant]) -> str:
    ids = np.concatenate([one.predictions.ids for one in contestants])
    labels = [label for one in contestants for label in one.predictions.labels.tolist()]
    # Rows of labels can be of different lengths where the data sets differ.
    return _provenance.rows_digest(ids, table.object_array(labels))


def _write_table(boards: list[dict[str, Any]], path: Path) -> None:
    with atomic.replacing(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["data_set", "model", "score", "value", "low", "high", "examples"])
        for number, board in enumerate(boards, start=1):
            for row in board["rows"]:
                for item in row["scores"]:
                    ends = [item[name] for name in ("value", "low", "high")]
                    writer.writerow([number, row["name"], item["score"], *ends, board["examples"]])
