"""The page of a ranking of backbones."""

from pathlib import Path

from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.report import _page, language, memory_words, ranking_words
from ftkeras.report.plots import pareto


def write(run_dir: Path) -> Path:
    """Writes `report.html` from `record.json`; the same record gives the same bytes.

    Args:
        run_dir: Holds the record of a ranking.

    Raises:
        UserError: The record is no ranking's.
    """
    record = RunRecord.read(run_dir / "record.json")
    found = record.analyses.get("ranking")
    if found is None:
        raise UserError(
            f"Expected the record of --mode=rank_backbones. Received: {run_dir}, whose record has "
            f"the analyses {sorted(record.analyses)}."
        )
    finished = [row for row in found["candidates"] if row["finished"]]
    with language.of(record):
        content = {
            "record": record,
            "found": found,
            "finished": finished,
            "scores": [
                score
                for score in ranking_words.SCORES
                if any(score in row["scores"] for row in found["candidates"])
            ],
            "words": ranking_words,
            "memory": memory_words,
            "pareto": pareto.draw(finished),
        }
        return _page.write(run_dir / "report.html", "ranking.html.j2", content)
