"""Calibration and threshold, chosen inside each fold, and what they bring where they are tested."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from ftkeras.config import RunConfig
from ftkeras.contracts.score import Score
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.counts.confusion_cells import ConfusionCells
from ftkeras.scores.counts.label_tallies import LabelTallies
from ftkeras.scores.counts.sample_overlaps import SampleOverlaps
from ftkeras.statistics.corrected_resampled import corrected_resampled
from ftkeras.workflows import _decision, _fold_scores
from ftkeras.workflows._fold_answers import FoldAnswers
from ftkeras.workflows._fold_data import FoldData

_OF_DECISIONS = (ConfusionCells, ClassTallies, LabelTallies, SampleOverlaps)
_SMALLEST = 1e-30


def find(
    config: RunConfig, data: FoldData, answers: FoldAnswers, scores: list[Score]
) -> dict[str, Any] | None:
    """Returns each score before and after, with a corrected interval of the difference.

    The validation part of each fold chooses; its test part, which it did not see, is answered with
    that choice. `None` when neither a calibration nor a threshold is asked for.

    Args:
        config: `calibration` and `threshold`.
        data: The data.
        answers: The first run of each repeat is looked at.
        scores: What to measure.
    """
    if config.calibration is None and config.threshold is None:
        return None
    before = answers.first_of_repeats(data.repeats)
    stated, decided = before.astype("float64"), before.astype("float64")
    test, chosen = data.mask("test"), []
    for number in range(len(data.splits)):
        repeat, rows = number // data.folds, test[number]
        decision = _chosen(config, data, answers, number)
        share = _decision.probabilities(decision, data.task, before[repeat, rows])
        if data.task.kind == "classes":  # several labels are not calibrated
            stated[repeat, rows] = _logits(share)
        decided[repeat, rows] = stated[repeat, rows] - _shift(data, decision)
        chosen.append(decision)
    repeats = list(range(data.repeats))
    found = []
    for score in scores:
        after = decided if isinstance(score.counts, _OF_DECISIONS) else stated
        values = [
            _fold_scores.of_runs(data, [score], logits.astype("float32"), repeats)[0]
            for logits in (before, after)
        ]
        if all(np.isfinite(each).all() for each in values):
            change = corrected_resampled(values[1] - values[0], data.test_over_train)
            found.append(
                {
                    "score": score.name,
                    "before": float(values[0].mean()),
                    "after": float(values[1].mean()),
                    "low": change.low,
                    "high": change.high,
                    "p_value": change.p_value,
                }
            )
    thresholds = [t for decision in chosen for t in decision.thresholds.values()]
    return {
        "calibration": "" if config.calibration is None else str(config.calibration),
        "threshold": "" if config.threshold is None else str(config.threshold),
        "thresholds": [float(threshold) for threshold in thresholds],
        "scores": found,
    }


def _chosen(config: RunConfig, data: FoldData, answers: FoldAnswers, number: int) -> Decision:
    rows = np.flatnonzero(data.mask("validation")[number])
    validation = Predictions(
        ids=data.examples.ids[rows],
        labels=data.labels[rows],
        logits=answers.validation_logits[number],
        splits=np.full(len(rows), "validation"),
        task=data.task.name,
        class_names=data.vocabulary.class_names,
    )
    decision = _decision.decide(config, validation, data.task)
    if decision is None:
        raise ValueError(f"Expected something to decide. Received: config={config}.")
    return decision


def _shift(data: FoldData, decision: Decision) -> NDArray[np.float64]:
    """Returns by how much logits fall so that 0 stands where the threshold was: `(outputs or 1,)`.

    A threshold of one half is left alone.
    """
    names = data.vocabulary.class_names
    asked = names if data.task.kind == "labels" else names[1:2]
    cut = decision.of_labels(asked)
    return np.where(cut == 0.5, 0.0, logit(np.clip(cut, _SMALLEST, 1 - 1e-16)))


def _logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log(np.maximum(probabilities, _SMALLEST))
    return logs[:, 1:] - logs[:, :1] if logs.shape[1] == 2 else logs
