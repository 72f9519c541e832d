"""The page of a comparison of runs."""

from pathlib import Path
from typing import Any

from ftkeras.errors import UserError
from ftkeras.records.run_record import Measurement, RunRecord
from ftkeras.report import _page, language, leaderboard_words
from ftkeras.report.language import N_
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import critical_difference, intervals, quality_cost

_COSTS = {
    "training_seconds": N_("seconds of training"),
    "parameters": N_("parameters"),
    "latency_milliseconds": N_("milliseconds for one answer"),
    "batch_milliseconds": N_("milliseconds for 32 answers"),
    "peak_mebibytes": N_("peak memory in MiB"),
}
_RECORDED = ("training_seconds", "parameters")


def write(run_dir: Path) -> Path:
    """Writes `report.html` from `record.json`; the same record gives the same bytes.

    Args:
        run_dir: Holds the record of a comparison.

    Raises:
        UserError: The record is no comparison's.
    """
    record = RunRecord.read(run_dir / "record.json")
    boards = record.analyses.get("leaderboards")
    if boards is None:
        raise UserError(
            f"Expected the record of --mode=compare. Received: {run_dir}, whose record has the "
            f"analyses {sorted(record.analyses)}."
        )
    with language.of(record):
        return _page.write(run_dir / "report.html", "leaderboard.html.j2", _content(record, boards))


def _content(record: RunRecord, boards: list[dict[str, Any]]) -> dict[str, Any]:
    ranks = record.analyses["ranks"]
    drawn = ranks and ranks["critical_difference"]
    return {
        "record": record,
        "boards": [
            {**board, "pictures": _pictures(board, number)}
            for number, board in enumerate(boards, 1)
        ],
        "ranks": ranks,
        "ranks_svg": (
            critical_difference.draw(
                ranks["methods"], ranks["average"], ranks["critical_difference"]
            )
            if drawn
            else ""
        ),
        "words": leaderboard_words,
        "costs": leaderboard_words.COSTS,
    }


def _pictures(board: dict[str, Any], number: int) -> list[str]:
    found = [
        intervals.draw(
            {row["name"]: Measurement(**row["scores"][0]) for row in board["rows"]},
            name=f"intervals-{number}",
            as_written=True,
        )
    ]
    drawn: list[str] = []
    for cost, words in _COSTS.items():
        if cost in _RECORDED and drawn:
            continue  # one of what the run recorded says enough
        rows = [
            {
                "name": row["name"],
                **{end: row["scores"][0][end] for end in ("value", "low", "high")},
                "cost": row["cost"][cost],
            }
            for row in board["rows"]
            if row["cost"].get(cost) and row["scores"][0]["value"] is not None
        ]
        if len(rows) > 1 and len({row["cost"] for row in rows}) > 1:
            score, direction = board["headline"], board["direction"]
            suffix = f"-{cost.replace('_', '-')}" if drawn else ""
            name = f"quality-cost-{number}{suffix}"
            drawn.append(quality_cost.draw(rows, score, _(words), direction, name))
    return [*found, *drawn]
