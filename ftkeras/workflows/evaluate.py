"""Judges a finished run again: its predictions on disk, or its model on new data."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import (
    html,
    language,
    leaderboard_page,
    model_card,
    ranking_page,
    terminal,
)
from ftkeras.workflows import _analyses, _clock, _decision, _judgement, _winner
from ftkeras.workflows._foreign_predictions import evaluate_foreign

REQUIRED = ("run_dir",)
_PAGES: dict[str, Callable[[Path], Path]] = {
    "ranking": ranking_page.write,
    "leaderboards": leaderboard_page.write,
}


def evaluate(config: RunConfig) -> RunRecord:
    """Measures a run anew from its predictions, and rewrites record and report.

    Nothing is predicted and no framework is loaded. With `data`, the run's model predicts these
    new examples instead, and the result goes to `<run_dir>/evaluations/`; the run itself stays as
    it is. With a `language`, its report is only told anew in it. With
    `predictions`, a file that any other program wrote is judged; with `model`, a `.keras` file of
    anyone answers `data`. `run_dir` is then where the result goes. Of a
    search it is the winner that is judged.

    Args:
        config: `run_dir`, and `data` for new examples or `predictions` for those of others.

    Returns:
        The new record.

    Raises:
        UserError: The directory holds no finished run, or its files were changed.
    """
    if config.predictions is not None:
        return evaluate_foreign(config)
    if config.model is not None:
        from ftkeras.workflows._new_data import evaluate_saved_model

        return evaluate_saved_model(config)
    record = RunRecord.read(config.run_dir / "record.json")
    if config.language is not None and config.data is None:
        return retell(config, record)
    winner = _winner.run_of(config.run_dir)
    if winner != config.run_dir:
        return evaluate(dataclasses.replace(config, run_dir=winner))
    if config.data is not None:
        # Judging what is on disk must work where no framework is installed.
        from ftkeras.workflows._new_data import evaluate_new_data

        return evaluate_new_data(config, record)
    models = read_models(config.run_dir)
    task = _judgement.task_of(record)
    decision = _decision.locked(config, record, models["model"], task)
    judged = judge(record, models, "evaluate: predictions on disk", decision)
    judged.write(config.run_dir / "record.json")
    html.write(config.run_dir)
    model_card.write(config.run_dir)
    terminal.summarize(judged, config.run_dir)
    return judged


def retell(config: RunConfig, record: RunRecord) -> RunRecord:
    """Writes page and card of a run in a language; nothing is measured, test is not read.

    Args:
        config: `run_dir` and `language`.
        record: The run's record, of any workflow that writes a page.

    Returns:
        The record, which keeps the language.

    Raises:
        UserError: The record is a search's, whose pictures are drawn from its database.
    """
    if "tuning" in record.analyses:
        raise UserError(
            f"Expected a run whose page can be made from its record. Received: {config.run_dir}, "
            f"which holds a search. Run its command again with --language={config.language}: "
            "finished trials are kept."
        )
    told = dataclasses.replace(record, config={**record.config, "language": config.language})
    told.write(config.run_dir / "record.json")
    with language.using(config.language):
        _page_of(told)(config.run_dir)
        if (config.run_dir / "model_card.md").exists():
            model_card.write(config.run_dir)
        if told.measurements.get("test"):
            terminal.summarize(told, config.run_dir)
    return told


def _page_of(record: RunRecord) -> Callable[[Path], Path]:
    """Returns what writes the page of such a record."""
    for analysis, write in _PAGES.items():
        if analysis in record.analyses:
            return write
    return html.write


def read_models(run_dir: Path) -> dict[str, Predictions]:
    """Returns the predictions in a run directory by model name, the fine-tuned model first."""
    models = {"model": Predictions.read(run_dir / "predictions" / "model.parquet")}
    for path in sorted((run_dir / "predictions" / "baselines").glob("*.parquet")):
        models[path.stem] = Predictions.read(path)
    return models


def judge(
    record: RunRecord,
    models: dict[str, Predictions],
    reason: str,
    decision: Decision | None = None,
) -> RunRecord:
    """Returns the record with scores measured anew, and with this reading of the test part.

    Args:
        record: The record so far.
        models: Predictions by model name, `"model"` among them.
        reason: Why the test part is read.
        decision: The calibration and threshold locked into the run.
    """
    num_classes = len(record.task["class_names"])
    task = _judgement.task_of(record)
    scores = _judgement.scores_of(task, num_classes, models["model"].scored)
    seed = seeds.child(int(record.config.get("seed", 0)), "resampling")
    measured = _judgement.measurements(models, scores, seed)
    compared = _judgement.comparisons(models, scores, measured, seed)
    if "cross_validation" in record.analyses:
        # Its intervals know of the folds; answers taken together would promise too much.
        measured, compared = record.measurements, record.comparisons
    return dataclasses.replace(
        record,
        measurements=measured,
        comparisons=compared,
        test_reads=[*record.test_reads, {"time": _clock.now(), "reason": reason}],
        analyses={
            **record.analyses,
            **_analyses.analyses(models["model"], task, decision, seed=seed),
        },
    )
