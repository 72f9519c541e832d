"""What a finished run left behind, and what must hold of every one."""

import json
import shutil

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.records.predictions import Predictions


def measured(record, part="test", model="model"):
    """The measurements of a model, by the name of the score."""
    return {item.score: item for item in record.measurements[part][model]}


def predictions(run_dir, name="model"):
    """What a model said; a baseline is `baselines/<name>`."""
    return Predictions.read(run_dir / f"predictions/{name}.parquet")


def newest_evaluation(run_dir):
    """Where the new data lie that the run was evaluated on last."""
    return max((run_dir / "evaluations").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def check_judged_again_alike(run_dir, record, analyses=()):
    """Predictions on disk are judged as they were when the model had just made them."""
    again = ftkeras.evaluate(RunConfig.read(mode="evaluate", run_dir=str(run_dir)))
    assert again.measurements == record.measurements
    assert again.comparisons == record.comparisons
    for name in analyses:
        one, other = (json.dumps(each.analyses[name]) for each in (again, record))
        assert one == other, name


def page_in(language, run_dir, directory):
    """The report of a copy of the run in another language."""
    copy = shutil.copytree(run_dir, directory / "told")
    ftkeras.evaluate(RunConfig.read(mode="evaluate", run_dir=str(copy), language=language))
    return (copy / "report.html").read_text(encoding="utf-8")


def leaderboard(run_dir, *runs, **settings):
    """The only board of a comparison of runs."""
    named = ",".join(map(str, runs))
    config = RunConfig.read(mode="compare", runs=named, run_dir=str(run_dir), **settings)
    (board,) = ftkeras.compare(config).analyses["leaderboards"]
    return board
