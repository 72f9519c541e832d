"""`report.html`: one file that holds everything and asks nothing of anyone else."""

from pathlib import Path
from typing import Any

from ftkeras.contracts.calibration import Calibrator
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import (
    _page,
    analysis_page,
    answer_kind,
    answer_page,
    balance_effect,
    box_page,
    caveats,
    cross_validation,
    figures,
    investigations,
    language,
    mask_page,
    other_figures,
    recipe_words,
    score_table,
    tag_page,
    verdict,
    weak_groups,
    worst_errors,
)
from ftkeras.report.answers import Answers, decode

# Kinds of answers whose mistakes have a section of their own.
_OF_THEIR_OWN = ("tags", "masks", "boxes", "spans")


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
    with language.of(record):
        return _write(run_dir, record)


def _write(run_dir: Path, record: RunRecord) -> Path:
    path = run_dir / "predictions" / "model.parquet"
    answers, calibrator = _answers(path), analysis_page.calibrator(record)
    calibrated = {} if calibrator is None else _answers(path, calibrator)
    others = {
        path.stem: decoded["test"]
        for path in sorted((run_dir / "predictions" / "baselines").glob("*.parquet"))
        if "test" in (decoded := _answers(path))
    }
    content = _content(record, answers, calibrated, others)
    return _page.write(run_dir / "report.html", "report.html.j2", content)


def _answers(path: Path, calibrator: Calibrator | None = None) -> dict[str, Answers]:
    """Returns the decoded answers of each part that a predictions file holds."""
    if not path.exists():
        return {}
    predictions = Predictions.read(path)
    parts = {name: predictions.part(name) for name in ("validation", "test")}
    return {name: decode(part, calibrator) for name, part in parts.items() if len(part)}


def _content(
    record: RunRecord,
    answers: dict[str, Answers],
    calibrated: dict[str, Answers],
    others: dict[str, Answers],
) -> dict[str, Any]:
    """Returns everything the templates read."""
    test = answers.get("test")
    return {
        "record": record,
        "foreign": "predictions" in record.config or "model" in record.config,
        "more_data": investigations.learning_curve(record.analyses.get("learning_curve")),
        "weight_change": investigations.weight_change(record.analyses.get("weight_change")),
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
        "pictures": _pictures(answers, calibrated, others, record.analyses),
        "answer_kind": answer_kind.of(record),
        "counted": answer_kind.counted(record),
        "errors": [] if test is None or test.kind in _OF_THEIR_OWN else worst_errors.find(test),
        "mask_errors": [] if test is None or test.kind != "masks" else mask_page.errors(test),
        "pixel_classes": mask_page.classes(record.analyses.get("pixel_classes")),
        **_boxes(record, test),
        "tag_errors": [] if test is None or test.kind != "tags" else _tag_errors(record, test),
        "answer_errors": [] if test is None or test.kind != "spans" else answer_page.errors(test),
        "answered": answer_page.section(record.analyses),
        "entity_types": tag_page.types(record.analyses.get("entity_types")),
        "num_errors": None if test is None else int((~test.correct).sum()),
        "num_answers": None if test is None else len(test),
        "learning": figures.learning(record),
        "decided": recipe_words.said(record),
        "rate_pictures": figures.rates(record),
        "balance_effect": balance_effect.page(record.analyses.get("balance_effect")),
        "groups": weak_groups.page(record.analyses.get("weak_groups"), answers),
        **analysis_page.content(record, answers),
    }


def _tag_errors(record: RunRecord, test: Answers) -> list[tag_page.TagError]:
    scheme = record.analyses.get("entity_types", {}).get("scheme", "plain")
    return tag_page.errors(test, scheme)


def _boxes(record: RunRecord, test: Answers | None) -> dict[str, Any]:
    if test is None or test.kind != "boxes":
        return {}
    found = record.analyses.get("box_classes")
    return {
        "box_errors": box_page.errors(test, found),
        "box_classes": box_page.classes(found),
        "shown_from": found["shown_from"] if found else None,
        "most_boxes": box_page.MOST,
    }


def _pictures(
    answers: dict[str, Answers],
    calibrated: dict[str, Answers],
    others: dict[str, Answers],
    analyses: dict[str, Any],
) -> list[figures.Picture]:
    choice: dict[str, Any] | None = analyses.get("threshold")
    test, validation = answers.get("test"), answers.get("validation")
    kind = next((part.kind for part in answers.values()), "classes")
    if kind == "relevances":
        return [] if test is None else other_figures.of_relevances(test, others)
    if kind == "boxes":
        return [] if test is None else box_page.pictures(test)
    if kind == "tags":
        return [] if test is None else tag_page.pictures(test, analyses.get("entity_types"))
    if kind != "classes":
        draw = {"labels": other_figures.of_labels, "numbers": other_figures.of_numbers}.get(kind)
        return [] if test is None or draw is None else draw(test)
    found = [] if test is None else figures.on_test(test, others, calibrated.get("test"))
    if validation is not None:
        found += figures.on_validation(calibrated.get("validation", validation), choice)
    return found


def _num_units(record: RunRecord, part: str) -> int | None:
    units = {item.num_units for item in record.measurements.get(part, {}).get("model", [])}
    return units.pop() if len(units) == 1 else None


def _level(record: RunRecord, part: str) -> float | None:
    levels = {item.level for item in record.measurements.get(part, {}).get("model", [])}
    return levels.pop() if len(levels) == 1 else None
