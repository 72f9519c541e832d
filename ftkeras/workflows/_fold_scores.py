"""Scores of each fold, and what may be said of their mean and of paired differences."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score
from ftkeras.message import message, term
from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.statistics.corrected_resampled import corrected_resampled
from ftkeras.workflows import _judgement
from ftkeras.workflows._fold_data import FoldData

_LEVEL = 0.95
_CORRECTION = "Nadeau and Bengio's correction for training parts that overlap"
FoldScores = NDArray[np.float64]
"""`(scores, repeats, folds)`; NaN where undefined."""


def of_runs(
    data: FoldData, scores: list[Score], logits: NDArray[np.float32], splits: list[int]
) -> NDArray[np.float64]:
    """Returns `(scores, runs, folds)`: each score of each run on each held-out fold.

    Args:
        data: The data.
        scores: What to measure.
        logits: `(runs, examples, outputs)` out-of-fold.
        splits: Which repeat drew the folds of each run.
    """
    test = data.mask("test").reshape(data.repeats, data.folds, len(data))
    found = np.full((len(scores), len(logits), data.folds), np.nan)
    for run, split in enumerate(splits):
        for fold in range(data.folds):
            rows = test[split, fold]
            for index, score in enumerate(scores):
                found[index, run, fold] = _judgement.scored(
                    score, data.labels[rows], logits[run, rows]
                )
    return found


def of_repeats(values: NDArray[np.float64], splits: list[int]) -> FoldScores:
    """Returns the mean over the runs of each repeat: `(scores, repeats, folds)`."""
    of = np.array(splits)
    return np.stack([values[:, of == split].mean(axis=1) for split in np.unique(of)], axis=1)


def measurements(
    scores: list[Score], values: FoldScores, num_units: int, test_over_train: float
) -> list[Measurement]:
    """Returns the mean of each score over folds, with an interval that knows of the overlap."""
    return [
        _measured(score, folds, num_units, test_over_train)
        for score, folds in zip(scores, values, strict=True)
    ]


def comparisons(
    scores: list[Score],
    ours: FoldScores,
    theirs: FoldScores,
    other: str,
    num_units: int,
    test_over_train: float,
) -> list[Comparison]:
    """Returns the paired differences over the same folds, with a corrected test."""
    found = []
    for score, difference in zip(scores, ours - theirs, strict=True):
        if not np.isfinite(difference).all():
            continue
        corrected = corrected_resampled(difference, test_over_train, _LEVEL)
        found.append(
            Comparison(
                score=score.name,
                other=other,
                difference=corrected.mean,
                low=corrected.low,
                high=corrected.high,
                p_value=corrected.p_value,
                level=_LEVEL,
                num_units=num_units,
                method=message(
                    "paired t test over {folds} folds, with {correction}",
                    folds=difference.size,
                    correction=term(_CORRECTION),
                ),
            )
        )
    return found


def _measured(
    score: Score, folds: NDArray[np.float64], num_units: int, test_over_train: float
) -> Measurement:
    method = message(
        "mean of {folds} folds, t interval with {correction}",
        folds=folds.size,
        correction=term(_CORRECTION),
    )
    undefined = int((~np.isfinite(folds)).sum())
    value = low = high = None
    note: str = message(
        "undefined in {undefined} of {folds} folds ({reason})",
        undefined=undefined,
        folds=folds.size,
        reason=term(score.undefined),
    )
    if not undefined:
        corrected = corrected_resampled(folds, test_over_train, _LEVEL)
        smallest, largest = score.bounds
        value, note = corrected.mean, ""
        low, high = max(corrected.low, smallest), min(corrected.high, largest)
    return Measurement(
        score=score.name,
        value=value,
        low=low,
        high=high,
        level=_LEVEL,
        num_units=num_units,
        method=method if value is not None else "none",
        direction=score.direction,
        note=note,
    )
