"""Everything that is found out about a model beside its scores, as JSON for the record."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.report.which_metric import which_metric
from ftkeras.scores.accuracy import Accuracy
from ftkeras.scores.balanced_accuracy import BalancedAccuracy
from ftkeras.scores.brier_score import BrierScore
from ftkeras.scores.f1_score import F1Score
from ftkeras.scores.log_loss import LogLoss
from ftkeras.scores.matthews_correlation import MatthewsCorrelation
from ftkeras.scores.precision import Precision
from ftkeras.scores.recall import Recall
from ftkeras.statistics.calibration_gap import calibration_gap
from ftkeras.statistics.conformal import METHODS, conformal_sets
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.label_noise import label_noise
from ftkeras.statistics.paired import compare
from ftkeras.statistics.threshold_choice import choose_threshold
from ftkeras.statistics.threshold_outcome import threshold_outcome
from ftkeras.workflows import (
    _boxes,
    _decision,
    _label_thresholds,
    _masks,
    _slice_analysis,
    _spans,
    _tags,
)

_PROMISED = (0.9, 0.95, 0.99)
_MOST_SUSPECTS = 24
_MOST_SHARES = 50_000_000
_RESAMPLES = 400


@dataclasses.dataclass(frozen=True)
class _Subject:
    """One model's answers, as every analysis looks at them."""

    validation: Predictions
    test: Predictions
    task: Task
    decision: Decision | None
    seed: int


def analyses(
    model: Predictions, task: Task, decision: Decision | None = None, *, seed: int = 0
) -> dict[str, Any]:
    """Returns what each analysis found, by its name; those that cannot be made are left out.

    `which_metric`, `calibration`, `threshold` (if one was chosen), `conformal`, `slices` and
    `label_noise`, in JSON; of tags `entity_types`; of labels, numbers and rankings `slices`, with
    several labels also `label_thresholds`, if they were chosen. Validation is what anything is
    chosen or calibrated on; test is only looked at.

    Args:
        model: Predictions of the model on validation and test.
        task: How logits are read.
        decision: What is locked into the run.
        seed: Seed of all resampling.
    """
    things: dict[str, Callable[[], dict[str, Any]]] = {
        "masks": lambda: _masks.analyses(model, seed),
        "spans": lambda: _spans.analyses(model, decision, seed),
        "boxes": lambda: _boxes.analyses(model, seed),
        "tags": lambda: _tags.analyses(model, task, seed),
    }
    if task.kind in things:
        of_things: dict[str, Any] = _json(things[task.kind]())
        return of_things
    validation, test = model.part("validation"), model.part("test")
    subject = _Subject(validation, test, task, decision, seed)
    if task.name not in _decision.CLASSIFYING:
        return _of_other_kinds(subject)
    if not _usable(test):
        return {}
    counts = np.bincount(test.labels, minlength=len(test.class_names))
    found: dict[str, Any] = {
        "which_metric": dataclasses.asdict(which_metric(counts.tolist(), test.class_names)),
        "slices": _slice_analysis.slices(validation, test, task, seed),
    }
    if decision is not None:
        found["decision"] = decision.to_json()
    if model.scored and test.logits.size <= _MOST_SHARES:
        found["calibration"] = _calibration(subject)
        found["label_noise"] = _label_noise(subject)
        if _usable(validation):
            found["conformal"] = _conformal(subject)
        if decision is not None and decision.thresholds:
            found["threshold"] = _threshold(subject, decision)
    cleaned: dict[str, Any] = _json(found)
    return cleaned


def _of_other_kinds(subject: _Subject) -> dict[str, Any]:
    """Returns slices where answers are better or worse, and thresholds where labels have some."""
    test, decision, found = subject.test, subject.decision, {}
    slices = _slice_analysis.slices(subject.validation, test, subject.task, subject.seed)
    if slices is not None:
        found["slices"] = slices
    if subject.task.kind == "labels" and decision is not None and decision.thresholds and len(test):
        found["decision"] = decision.to_json()
        found["label_thresholds"] = _label_thresholds.label_thresholds(
            subject.validation, test, subject.task, decision, subject.seed
        )
    cleaned: dict[str, Any] = _json(found)
    return cleaned


def _usable(rows: Predictions) -> bool:
    """Says whether there are rows, all with finite logits and known labels."""
    known = len(rows) > 0 and rows.labels.min() >= 0 and rows.labels.max() < len(rows.class_names)
    return bool(known and np.isfinite(rows.logits).all())


def _calibration(subject: _Subject) -> dict[str, Any]:
    test, decision = subject.test, subject.decision
    stated = np.asarray(subject.task.probabilities(test.logits))
    before = calibration_gap(*_events(stated, test.labels), seed=subject.seed)
    found: dict[str, Any] = {"before": dataclasses.asdict(before), "method": "", "after": None}
    if decision is None or not decision.calibration:
        return found
    after = _decision.probabilities(decision, subject.task, test.logits)
    found["method"] = decision.calibration
    found["num_units"] = decision.num_units
    found["after"] = dataclasses.asdict(
        calibration_gap(*_events(after, test.labels), seed=subject.seed)
    )
    num_classes = len(test.class_names)
    scores: list[Score] = [LogLoss(num_classes), BrierScore(num_classes), Accuracy(num_classes)]
    pair = [_as_logits(each) for each in (stated, after)]
    measured = [
        measure(scores, test.labels, each, resamples=_RESAMPLES, seed=subject.seed) for each in pair
    ]
    found["scores"] = [
        {
            "before": dataclasses.asdict(one),
            "after": dataclasses.asdict(other),
            "change": dataclasses.asdict(
                compare(
                    score,
                    test.labels,
                    pair[1],
                    pair[0],
                    other="before",
                    resamples=_RESAMPLES,
                    seed=subject.seed,
                )
            ),
        }
        for score, one, other in zip(scores, *measured, strict=True)
    ]
    return found


def _events(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if probabilities.shape[1] == 2:
        return probabilities[:, 1], labels == 1
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def _as_logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log(np.maximum(probabilities, 1e-30))
    return logs[:, 1:] - logs[:, :1] if logs.shape[1] == 2 else logs


def _threshold(subject: _Subject, decision: Decision) -> dict[str, Any]:
    """Returns the choice on validation, and what it gives on test beside 0.5."""
    rule = _decision.rule_of(call_string.parse(decision.rule))
    ((name, threshold),) = decision.thresholds.items()
    share: Callable[[Predictions], NDArray[np.float64]] = lambda rows: _decision.probabilities(  # noqa: E731
        decision, subject.task, rows.logits
    )[:, 1]
    test, on_test = subject.test, share(subject.test)
    found: dict[str, Any] = {
        "rule": decision.rule,
        "positive": name,
        "threshold": threshold,
        "figure": rule.figure_name,
        "direction": rule.direction,
        "outcome": dataclasses.asdict(
            threshold_outcome(rule, test.labels, on_test, threshold, seed=subject.seed)
        ),
        "choice": None,
    }
    if _usable(subject.validation):
        choice = choose_threshold(
            rule, subject.validation.labels, share(subject.validation), seed=subject.seed
        )
        found["choice"] = dataclasses.asdict(choice)
    scores = [Precision(), Recall(), F1Score(), Accuracy(), BalancedAccuracy()]
    scores = [*scores, MatthewsCorrelation()]
    at, half = (
        measure(scores, test.labels, np.where(on_test > cut_at, 1.0, -1.0), seed=subject.seed)
        for cut_at in (threshold, 0.5)
    )
    found["scores"] = [
        {"at": dataclasses.asdict(one), "half": dataclasses.asdict(other)}
        for one, other in zip(at, half, strict=True)
    ]
    return found


def _conformal(subject: _Subject) -> list[dict[str, Any]]:
    validation, test = subject.validation, subject.test
    shares = [np.asarray(subject.task.probabilities(rows.logits)) for rows in (validation, test)]
    return [
        dataclasses.asdict(
            conformal_sets(
                shares[0],
                validation.labels,
                shares[1],
                test.labels,
                method=method,
                promised=promised,
            )
        )
        for method in METHODS
        for promised in _PROMISED
    ]


def _label_noise(subject: _Subject) -> dict[str, Any]:
    """Returns what is suspected on test, and the worst suspects of validation and test."""
    found: dict[str, Any] = {"parts": {}, "suspects": []}
    for name, rows in (("validation", subject.validation), ("test", subject.test)):
        if not _usable(rows):
            continue
        noise = label_noise(np.asarray(subject.task.probabilities(rows.logits)), rows.labels)
        summary = {
            each: getattr(noise, each)
            for each in ("noise", "share", "share_low", "share_high", "accuracy",
                         "accuracy_corrected", "accuracy_low", "accuracy_high")
        }  # fmt: skip
        found["parts"][name] = {
            **summary,
            "num_units": len(rows),
            "num_suspects": len(noise.suspects),
        }
        found["suspects"] += [
            {
                "id": str(rows.ids[row]),
                "part": name,
                "given": rows.class_names[rows.labels[row]],
                "suggested": rows.class_names[suggested],
                "margin": margin,
                "self_confidence": confidence,
            }
            for row, suggested, margin, confidence in zip(
                noise.suspects[:_MOST_SUSPECTS],
                noise.suggested,
                noise.margins,
                noise.self_confidence,
                strict=False,
            )
        ]
    found["suspects"].sort(key=lambda one: one["margin"])
    found["suspects"] = found["suspects"][:_MOST_SUSPECTS]
    return found


def _json(value: Any) -> Any:
    """Returns the value in JSON's own types; what is not finite becomes `None`."""
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value
