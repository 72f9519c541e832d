"""`report.html`: one file that holds everything and asks nothing of anyone else."""

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ftkeras.records import atomic
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import (
    caveats,
    cross_validation,
    figures,
    score_table,
    verdict,
    wording,
    worst_errors,
)
from ftkeras.report.answers import Answers, decode

_TEMPLATES = Path(__file__).parent / "templates"
_FILTERS = (
    wording.plain_name,
    wording.in_sentence,
    wording.moment,
    wording.number,
    wording.count,
    wording.duration,
    wording.percent,
    wording.shortened,
)


def write(run_dir: Path) -> Path:
    """Writes the page of a finished run from what lies in its directory.

    The page needs no script, no network and no other file. The same record and predictions give
    the same bytes. Predictions or baselines that are missing are said to be missing.

    Args:
        run_dir: Holds `record.json`, and usually `predictions/model.parquet` and
            `predictions/baselines/<name>.parquet`.

    Returns:
        The path of `report.html`, written in the same directory.

    Raises:
        UserError: There is no readable record, or a predictions file is damaged.
    """
    record = RunRecord.read(run_dir / "record.json")
    answers = _answers(run_dir / "predictions" / "model.parquet")
    others = {
        path.stem: decoded["test"]
        for path in sorted((run_dir / "predictions" / "baselines").glob("*.parquet"))
        if "test" in (decoded := _answers(path))
    }
    text = _environment().get_template("report.html.j2").render(_content(record, answers, others))
    path = run_dir / "report.html"
    with atomic.replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def _answers(path: Path) -> dict[str, Answers]:
    """Returns the decoded answers of each part that a predictions file holds."""
    if not path.exists():
        return {}
    predictions = Predictions.read(path)
    parts = {name: predictions.part(name) for name in ("validation", "test")}
    return {name: decode(part) for name, part in parts.items() if len(part)}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in _FILTERS})
    # An SVG comes from ftkeras.report.plots, which escapes every name it writes.
    environment.filters["drawn"] = Markup
    return environment


def _content(
    record: RunRecord, answers: dict[str, Answers], others: dict[str, Answers]
) -> dict[str, Any]:
    """Returns everything the templates read."""
    test, validation = answers.get("test"), answers.get("validation")
    return {
        "record": record,
        "foreign": "predictions" in record.config,
        "css": Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704
        "verdict": verdict.of(record),
        "caveats": caveats.find(record),
        "headline_svg": figures.headline(record),
        "tables": {
            part: {
                "models": score_table.models(record, part),
                "rows": score_table.score_rows(record, part),
                "methods": score_table.methods(record, part),
                "notes": score_table.notes(record, part),
                "num_units": _num_units(record, part),
                "level": _level(record, part),
            }
            for part in ("test", "validation")
        },
        "differences": score_table.difference_rows(record),
        "folds": cross_validation.page(record),
        "pictures": ([] if test is None else figures.on_test(test, others))
        + ([] if validation is None else figures.on_validation(validation)),
        "errors": [] if test is None else worst_errors.find(test),
        "num_errors": None if test is None else int((~test.correct).sum()),
        "num_answers": None if test is None else len(test),
        "learning": figures.learning(record),
    }


def _num_units(record: RunRecord, part: str) -> int | None:
    units = {item.num_units for item in record.measurements.get(part, {}).get("model", [])}
    return units.pop() if len(units) == 1 else None


def _level(record: RunRecord, part: str) -> float | None:
    levels = {item.level for item in record.measurements.get(part, {}).get("model", [])}
    return levels.pop() if len(levels) == 1 else None
