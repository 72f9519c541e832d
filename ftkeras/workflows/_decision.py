"""What validation decides once: a calibration and a threshold, locked into the run."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.calibration import CalibrationMethod
from ftkeras.contracts.task import Task
from ftkeras.contracts.threshold_rule import ThresholdRule
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _label_thresholds, _spans

CLASSIFYING = ("binary", "multiclass")
WITH_THRESHOLDS = ("binary", "multilabel")
FILE = "decision.json"


def check(config: RunConfig) -> None:
    """Raises `UserError`, before any work, if what is asked to be decided cannot be."""
    for flag, kind, call in (
        ("threshold", "thresholds", config.threshold),
        ("calibration", "calibration", config.calibration),
    ):
        if call is None:
            continue
        try:
            catalog.build(kind, call)
        except UserError as error:
            raise UserError(f"--{flag}: {error}") from None
        fitting = WITH_THRESHOLDS if flag == "threshold" else CLASSIFYING
        if config.task is not None and config.task.name not in fitting:
            raise UserError(
                f"Expected --task={' or '.join(fitting)} with --{flag}. Received: "
                f"--task={config.task}. Leave --{flag} out."
            )


def decide(config: RunConfig, model: Predictions, task: Task) -> Decision | None:
    """Chooses on validation what the configuration asks for; `None` when it asks for nothing.

    Args:
        config: `calibration` and `threshold`.
        model: Predictions of the model, validation among them.
        task: How logits are read.

    Raises:
        UserError: There is no validation part, or nothing on it fulfils the rule.
    """
    if task.kind == "spans":
        return _spans.decide(model)
    if config.threshold is None and config.calibration is None:
        return None
    check(config)
    rows = model.part("validation")
    thresholds = config.threshold is not None
    if not len(rows) or not model.scored or (thresholds and task.name not in WITH_THRESHOLDS):
        raise UserError(
            "Expected scored predictions of a validation part, and two classes or several labels "
            "for a threshold. "
            f"Received: {len(rows)} validation examples of task={task.name}. Without them nothing "
            "can be chosen: leave --threshold and --calibration out."
        )
    calibration, parameters = "", {}
    if config.calibration is not None:
        method: CalibrationMethod = catalog.build("calibration", config.calibration)
        calibration = str(config.calibration)
        parameters = method.fit(rows.logits, rows.labels).parameters
    decision = Decision(calibration, parameters, num_units=len(rows))
    if config.threshold is None:
        return decision
    share, rule = probabilities(decision, task, rows.logits), rule_of(config.threshold)
    if task.kind == "labels":
        chosen = _label_thresholds.choose(rule, rows.labels, share, model.class_names)
    else:
        chosen = {model.class_names[1]: rule(rows.labels, share[:, 1])}
    return Decision(
        calibration=calibration,
        parameters=parameters,
        rule=str(config.threshold),
        thresholds=chosen,
        num_units=len(rows),
    )


def locked(config: RunConfig, record: RunRecord, model: Predictions, task: Task) -> Decision | None:
    """Returns what is locked into a finished run, or locks what the configuration asks for.

    Args:
        config: `run_dir`; `calibration` and `threshold` may be asked for where none is locked.
        record: The record of the run.
        model: Predictions of its model.
        task: How logits are read.

    Raises:
        UserError: Something else is locked already.
    """
    if "decision" not in record.analyses:
        decision = decide(config, model, task)
        if decision is not None:
            decision.write(config.run_dir / FILE)
        return decision
    decision = Decision.from_json(record.analyses["decision"])
    for flag, asked, had in (
        ("threshold", config.threshold, decision.rule),
        ("calibration", config.calibration, decision.calibration),
    ):
        if asked is not None and str(asked) != had:
            raise UserError(
                f"Expected --{flag}={had or '(none)'}, which is locked into the run: a choice made "
                f"after its test part was read is worth less. Received: --{flag}={asked}. "
                "Fine-tune again with this flag, or leave it out."
            )
    return decision


def rule_of(call: Call) -> ThresholdRule:
    """Returns the rule a call string names."""
    rule: ThresholdRule = catalog.build("thresholds", call)
    return rule


def probabilities(
    decision: Decision | None, task: Task, logits: NDArray[Any]
) -> NDArray[np.float64]:
    """Returns `(examples, classes)`, calibrated if that was decided."""
    if decision is None or not decision.calibration:
        return np.asarray(task.probabilities(logits))
    call = call_string.parse(decision.calibration)
    method: CalibrationMethod = catalog.build("calibration", call)
    return np.asarray(method.restore(decision.parameters)(logits))
