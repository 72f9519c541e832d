"""What the page shows of the analyses in a record; those that are missing are left out."""

from typing import Any

from ftkeras import call_string, catalog
from ftkeras.contracts.calibration import CalibrationMethod, Calibrator
from ftkeras.records.run_record import RunRecord
from ftkeras.report import beliefs, for_whom, label_thresholds
from ftkeras.report.answers import Answers
from ftkeras.report.language import said
from ftkeras.report.plots import slices

_MOST_CLASSES = 60


def content(record: RunRecord, answers: dict[str, Answers]) -> dict[str, Any]:
    """Returns what the templates of the analyses read: a name is `None` where there is nothing.

    Args:
        record: The run's record.
        answers: Part -> answers of the model.
    """
    found = record.analyses
    sets, names = found.get("conformal"), record.task.get("class_names", [])
    return {
        "advice": said(found["which_metric"]["sentence"]) if "which_metric" in found else None,
        "threshold": _threshold(found),
        "calibration": (
            beliefs.calibration(found["calibration"]) if "calibration" in found else None
        ),
        "sets": beliefs.sets(sets) if sets else None,
        "sets_by_class": beliefs.sets_by_class(sets, names)[:_MOST_CLASSES] if sets else [],
        "slices": _slices(found["slices"]) if "slices" in found else None,
        "suspects": (
            {
                "sentence": for_whom.suspects_sentence(found["label_noise"]),
                "shown": for_whom.suspects(found["label_noise"], answers),
            }
            if "label_noise" in found
            else None
        ),
    }


def _threshold(found: dict[str, Any]) -> beliefs.Section | None:
    if "label_thresholds" in found:
        return label_thresholds.section(found["label_thresholds"])
    return beliefs.threshold(found["threshold"]) if "threshold" in found else None


def calibrator(record: RunRecord) -> Calibrator | None:
    """Returns the calibration that is locked into a run, or `None`."""
    decision = record.analyses.get("decision", {})
    if not decision.get("calibration"):
        return None
    method: CalibrationMethod = catalog.build(
        "calibration", call_string.parse(decision["calibration"])
    )
    return method.restore(decision["parameters"])


def _slices(found: dict[str, Any]) -> dict[str, Any]:
    score, way = found["score"], found.get("direction", "max")
    return {
        "sentence": for_whom.slices_sentence(found),
        "score": score,
        "intervals": for_whom.intervals(score, found["num_compared"]),
        "rows": for_whom.slice_rows(found["differences"], score, way),
        "weak": for_whom.slice_rows(found["weak"], score, way),
        "num_candidates": found["num_candidates"],
        "num_compared": found["num_compared"],
        "num_too_small": found["num_too_small"],
        "most_drawn": slices.MOST_SLICES,
        "svg": slices.draw(found),
    }
