"""The page of a search for settings."""

from pathlib import Path

from ftkeras.errors import UserError
from ftkeras.records.run_record import RunRecord
from ftkeras.report import _page, language, tuning_words


def write(run_dir: Path, pictures: list[tuple[str, str, str]]) -> Path:
    """Writes `report.html` from `record.json` and pictures of the study.

    Args:
        run_dir: Holds the record of a search.
        pictures: Title, caption and `<svg>` of each.

    Raises:
        UserError: The record is no search's.
    """
    record = RunRecord.read(run_dir / "record.json")
    found = record.analyses.get("tuning")
    if found is None:
        raise UserError(
            f"Expected the record of --mode=tune. Received: {run_dir}, whose record has the "
            f"analyses {sorted(record.analyses)}."
        )
    headline = record.task.get("headline", "")
    on_test = record.measurements.get("test", {}).get("model", [])
    content = {
        "record": record,
        "found": found,
        "rows": tuning_words.best_first(found),
        "paths": sorted({path for row in found["trials"] for path in row["settings"]}),
        "words": tuning_words,
        "pictures": pictures,
        "on_test": [one for one in on_test if one.score in (headline, found["score"])],
    }
    with language.of(record):
        return _page.write(run_dir / "report.html", "tuning.html.j2", content)
