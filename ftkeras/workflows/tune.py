"""Searches for good settings on validation, and opens the test part once, for the winner."""

import dataclasses
from typing import Any

import filelock
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.message import counted, message, term
from ftkeras.records import flagfile
from ftkeras.records.run_record import RunRecord
from ftkeras.report import language, terminal, tuning_page, tuning_table
from ftkeras.report.plots import study as study_plots
from ftkeras.statistics.selection import Selection, select
from ftkeras.workflows import (
    _augmentation,
    _clock,
    _continued_run,
    _decision,
    _judgement,
    _kinds,
    _prepared_data,
    _study,
    _trial,
)
from ftkeras.workflows._inner_folds import inner_folds
from ftkeras.workflows._prepared_data import PreparedData
from ftkeras.workflows._study import Study
from ftkeras.workflows._winner import WINNER
from ftkeras.workflows.finetune import finetune

REQUIRED = ("task", "data", "run_dir", "search")
KINDS = ("classes", "labels", "numbers", "relevances")
_HEARTBEAT = 10
_MOST_FAILURES = 3


def tune(config: RunConfig, *, heartbeat: int = _HEARTBEAT) -> RunRecord | None:
    """Runs trials until there are enough, fine-tunes the winner, and says what its score is worth.

    A trial is a fine-tuning by settings that the search draws: it trains on the train part and is
    compared on validation; trials whose validation curve is worse than the median are stopped.
    Frozen trials share one pass through each backbone. Every finished trial is in the database at
    once, so a killed worker loses the one it was in, which another worker takes up again; the same
    command goes on from there. Any number of workers that run the same command share the trials.

    When there are enough, the settings with the best validation score are fine-tuned by the
    ordinary workflow into `<run_dir>/winner`, which opens the test part. How much of the best
    validation score is luck is estimated by resampling the validation answers of all trials.

    With `folds` the search is nested: train and validation are cut into folds, each trial trains
    once a fold (a slice of what is left chooses its epoch) and is compared on the answers that the
    folds held out. It costs as many trainings a trial as there are folds, and is steadier where
    validation is small; trials are then stopped between folds.

    Args:
        config: Settings as for `finetune`, and `search`, `trials`, `storage`, `folds`.
        heartbeat: Seconds between two signs of life of a trial in the database.

    Returns:
        The record of the winner with `analyses["tuning"]`; `None` when another worker in another
        place has the winner.

    Raises:
        UserError: Settings, data or database are not as they must be, or every trial failed.
    """
    if not config.search:
        raise UserError(
            "Expected --search=..., for example --search='learning_rate=loguniform(1e-5, 1e-2)'. "
            "Received: none."
        )
    _kinds.expect(config, "--mode=tune", KINDS, "Take --mode=finetune.")
    for room in (_decision, _kinds, _augmentation):  # as for the winner, before any trial
        room.check(config)
    config = _continued_run.inherited(config)
    stopwatch = _clock.Stopwatch()
    with terminal.progress() as progress:
        with stopwatch("data"):
            data = _prepared_data.prepare(config)
        score = _trial.choosing_score(config, data)
        inner = None if config.folds is None else inner_folds(config, data)
        trials = _trial.Trials(data, score, inner)
        digest = f"{data.record()['digest']}/{data.split.digest}"
        if config.folds is not None:
            digest += f"/{config.folds}"
        if inner is not None:
            digest += inner.digest
            for finding in inner.findings:
                if finding.severity == "warning":
                    progress.say(finding.warning)
        study = Study(config, digest, score.direction, heartbeat)
        there = len(study.finished())
        if there:
            progress.say(
                counted(
                    "{count} finished trial is in {place}; going on from there.",
                    "{count} finished trials are in {place}; going on from there.",
                    count=there,
                    place=study.url,
                )
            )
        with stopwatch("trials"):
            _search(config, study, trials, score, progress.step(term("Trials"), term("trials")))
        progress.say(
            message(
                "Passes through frozen backbones in these trials: {computed:,} computed, "
                "{reused:,} taken from the feature cache.",
                computed=trials.passes["computed"],
                reused=trials.passes["reused"],
            )
        )
    config.run_dir.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(config.run_dir / ".finishing"):
        return _finished(config, data, study, trials.labels, stopwatch)


def _search(
    config: RunConfig, study: Study, trials: _trial.Trials, score: Score, show: Any
) -> None:
    def objective(values: dict[str, Any], tell: _study.Tell) -> NDArray[np.float32]:
        return trials(_trial.settings_of(config, values), tell)

    while (done := len(study.finished())) < config.trials:
        study.run_one(objective, lambda logits: _judgement.scored(score, trials.labels, logits))
        show(min(done + 1, config.trials), config.trials, _note(study, score))
        errors = [t.user_attrs["error"] for t in study.finished() if "error" in t.user_attrs]
        if len(errors) >= _MOST_FAILURES and not study.complete():
            raise UserError(
                f"Expected a trial to finish. Received: {len(errors)} failed ones and no other; "
                f"the last said: {errors[-1]}"
            )


def _note(study: Study, score: Score) -> str:
    values = [trial.value for trial in study.complete() if trial.value is not None]
    if not values:
        return ""
    return f"best {score.name} {(min if score.direction == 'min' else max)(values):.4f}"


def _finished(
    config: RunConfig,
    data: PreparedData,
    study: Study,
    labels: NDArray[Any],
    stopwatch: _clock.Stopwatch,
) -> RunRecord | None:
    """Fine-tunes the winner unless that is done, and writes record and page."""
    score = _trial.choosing_score(config, data)
    complete = study.complete()
    if not complete:
        raise UserError(
            f"Expected a complete trial. Received: {len(study.finished())} that were stopped or "
            "failed. Raise --trials, or widen the search."
        )
    answers = [_study.logits_of(trial) for trial in complete]
    known = [(t, a) for t, a in zip(complete, answers, strict=True) if a is not None]
    selection = select(
        score,
        labels,
        [logits for _, logits in known],
        seed=seeds.child(config.seed, "resampling"),
    )
    winner = known[selection.chosen][0]
    elsewhere = study.claim(winner.number)
    if elsewhere:
        tuning_table.elsewhere(winner.number, elsewhere)
        return None
    run_dir = config.run_dir / WINNER
    settings = _trial.settings_of(config, winner.params, run_dir=str(run_dir))
    with stopwatch("winner"):
        judged = _judged_before(settings, data) or finetune(settings)
    record = dataclasses.replace(
        judged,
        command=f"python -m ftkeras.run --flagfile={config.run_dir / 'run.flags'}",
        created=_clock.now(),
        config=config.settings(),
        seconds=stopwatch.seconds,
        test_reads=_reads(config, judged),
        analyses={
            **judged.analyses,
            "tuning": _analysis(study, score, selection, winner.number, config.folds),
        },
    )
    flagfile.write(config.settings(), record.command, config.run_dir / "run.flags")
    record.write(config.run_dir / "record.json")
    with language.of(record):
        tuning_page.write(config.run_dir, study_plots.draw(study.study, score.name))
        tuning_table.show(record, config.run_dir)
    return record


def _judged_before(settings: RunConfig, data: PreparedData) -> RunRecord | None:
    """Returns the winner's record when it was fine-tuned already: test is not opened again."""
    path = settings.run_dir / "record.json"
    if not path.exists():
        return None
    record = RunRecord.read(path)
    asked = {**settings.settings(), "language": record.config.get("language")}
    judged = {"language": None, **record.config}
    same = judged == asked and record.split["digest"] == data.split.digest
    return record if same else None


def _reads(config: RunConfig, judged: RunRecord) -> list[dict[str, str]]:
    """Returns every reading of the test part: a continued search may have had other winners."""
    path = config.run_dir / "record.json"
    before = RunRecord.read(path).test_reads if path.exists() else []
    return [*before, *(read for read in judged.test_reads if read not in before)]


def _analysis(
    study: Study, score: Score, selection: Selection, winner: int, folds: Call | None
) -> dict[str, Any]:
    rows = []
    for trial in study.trials():
        rows.append(
            {
                "number": trial.number,
                "state": trial.state.name.lower(),
                "value": trial.value,
                "epochs": len(trial.intermediate_values),
                "seconds": round(_study.seconds_of(trial), 2),
                "settings": {path: str(value) for path, value in trial.params.items()},
                "error": trial.user_attrs.get("error", ""),
                "retries": trial.system_attrs.get("failed_trial"),
            }
        )
    return {
        "study": study.name,
        "score": score.name,
        "direction": score.direction,
        "winner": winner,
        "steps": term("Epochs" if folds is None else "Folds"),
        "judged_on": term("validation")
        if folds is None
        else message("held-out inner folds, {rule}", rule=str(folds)),
        "selection": dataclasses.asdict(selection),
        "trials": rows,
    }
