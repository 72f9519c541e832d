"""What a rule for rare classes did to precision, recall and calibration, against doing nothing."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.scores.expected_calibration_error import ExpectedCalibrationError
from ftkeras.scores.f1_score import F1Score
from ftkeras.scores.log_loss import LogLoss
from ftkeras.scores.precision import Precision
from ftkeras.scores.recall import Recall
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare
from ftkeras.training.recipe import Part, Recipe
from ftkeras.workflows import _decision

_RESAMPLES = 1000
_TOO_DEAR = (
    "The backbone was trained, so that training without the rule would cost as much again. Run it "
    "without {rules} and compare the two runs."
)


def rules(config: RunConfig) -> dict[str, str]:
    """Returns flag -> what was asked for, of the flags that are about rare classes."""
    asked = {"balance": config.balance, "loss": config.loss, "threshold": config.threshold}
    return {flag: str(call) for flag, call in asked.items() if call is not None}


def plain_logits(
    config: RunConfig,
    recipe: Recipe,
    make: Callable[[RunConfig], Recipe],
    phases: tuple[Phase, ...],
    parts: dict[str, Part],
) -> NDArray[np.float32] | None:
    """Returns what the same head answers on test when it is fitted without balance and loss.

    Cheap, for it is fitted on features that are there. A threshold alone needs no other head.

    Args:
        config: The settings of the run.
        recipe: The recipe that ran.
        make: Builds a recipe on the same backbone by other settings.
        phases: What ran.
        parts: Name -> part; `train` as it was trained on.

    Returns:
        `(examples, outputs)` logits; `None` where the run's own are to be taken, or where fitting
        would have to train the backbone again.
    """
    if (config.balance is None and config.loss is None) or not recipe.ran_on_features:
        return None
    other = make(dataclasses.replace(config, balance=None, loss=None))
    seed = seeds.child(config.seed, "fit")
    other.fit(phases, parts["train"], parts["validation"], seed=seed, log=None)
    return other.predict(parts["test"], "test")[0]


def effect(
    config: RunConfig,
    task: Task,
    model: Predictions,
    plain: NDArray[np.float32] | None,
    decision: Decision | None,
) -> dict[str, Any]:
    """Returns `balance_effect` for the record's analyses; empty when no rule was used.

    Precision, recall and F1 are those of the positive class, or means over classes; answers are
    taken at the threshold that was chosen, and without the rules at one half. Log loss and expected
    calibration error are of the probabilities, calibrated where the run is. All differences are
    paired, on test.

    Args:
        config: The settings of the run.
        task: How logits are read.
        model: Predictions of the run's model.
        plain: What `plain_logits` gave.
        decision: Threshold and calibration that validation chose.
    """
    asked = rules(config)
    test = model.part("test")
    if not asked or task.kind != "classes" or not len(test):
        return {}
    found: dict[str, Any] = {"rules": asked, "rows": [], "missing": ""}
    if plain is None:
        if config.balance is not None or config.loss is not None:
            told = " and ".join(f"--{flag}" for flag in asked if flag != "threshold")
            return {"balance_effect": {**found, "missing": _TOO_DEAR.format(rules=told)}}
        plain = test.logits
    seed = seeds.child(config.seed, "balance_effect")
    classes = len(test.class_names)
    with_rules = _decision.probabilities(decision, task, test.logits)
    without = np.asarray(task.probabilities(plain))
    chosen = list(decision.thresholds.values()) if decision else []
    threshold = chosen[0] if chosen else 0.5
    answered = [_answers(with_rules, threshold), _answers(without, 0.5)]
    stated = [_as_logits(shares) for shares in (with_rules, without)]
    average: dict[str, Any] = {} if classes == 2 else {"num_classes": classes, "average": "macro"}
    judged: list[tuple[Score, list[NDArray[np.float64]]]] = [
        *((score(**average), answered) for score in (Precision, Recall, F1Score)),
        (LogLoss(classes), stated),
        (ExpectedCalibrationError(classes), stated),
    ]
    for score, (ours, nothing) in judged:
        both = [
            measure([score], test.labels, logits, resamples=_RESAMPLES, seed=seed)[0]
            for logits in (ours, nothing)
        ]
        row: dict[str, Any] = {
            "with": dataclasses.asdict(both[0]),
            "without": dataclasses.asdict(both[1]),
            "change": None,
        }
        if all(one.value is not None for one in both):
            change = compare(
                score, test.labels, ours, nothing, other="nothing", resamples=_RESAMPLES, seed=seed
            )
            row["change"] = dataclasses.asdict(change)
        found["rows"].append(row)
    return {"balance_effect": found}


def _answers(shares: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Logits that say nothing but the answer."""
    if shares.shape[1] == 2:
        return np.where(shares[:, 1:] > threshold, 1.0, -1.0)
    return np.eye(shares.shape[1])[shares.argmax(axis=1)]


def _as_logits(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log(np.maximum(shares, 1e-30))
    return logs[:, 1:] - logs[:, :1] if shares.shape[1] == 2 else logs
