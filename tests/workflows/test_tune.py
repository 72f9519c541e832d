import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

import ftkeras
from ftkeras import flags, run
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _prepared_data, _study, _trial
from tests.report.page import Page

SEARCH = ["learning_rate=loguniform(1e-3, 0.3)", "head.dropout=uniform(0.0, 0.5)"]


@pytest.fixture(scope="module")
def asked(settings, tmp_path_factory):
    given = {**settings, "mode": "tune", "search": SEARCH, "trials": 3}
    given["phase"] = ["linear_probe(epochs=3, batch_size=64)"]
    given["cache_dir"] = str(tmp_path_factory.mktemp("cold"))
    return RunConfig.read(**given, run_dir=str(tmp_path_factory.mktemp("tuned") / "run"))


@pytest.fixture(scope="module")
def tuned(asked):
    return asked, ftkeras.tune(asked)


def test_the_winner_is_the_best_trial_fine_tuned_by_the_ordinary_road(tuned):
    config, record = tuned
    found = record.analyses["tuning"]
    complete = [row for row in found["trials"] if row["state"] == "complete"]
    best = min(complete, key=lambda row: row["value"])
    assert found["winner"] == best["number"]
    assert (found["score"], found["direction"]) == ("log_loss", "min")
    winner = RunRecord.read(config.run_dir / "winner" / "record.json")
    assert winner.measurements == record.measurements
    assert winner.config["mode"] == "finetune"
    rate = float(best["settings"]["phase.learning_rate"])
    assert winner.config["phase"][0] == str(
        RunConfig.read(**{**winner.config, "phase": [
            f"linear_probe(epochs=3, batch_size=64, learning_rate={rate!r})"]}).phases[0]
    )  # fmt: skip
    # The same settings and seed give the same answers as in the trial.
    rows = Predictions.read(config.run_dir / "winner/predictions/model.parquet").part("validation")
    probability = 1 / (1 + np.exp(-rows.logits[:, 0].astype("float64")))
    assert best["value"] == pytest.approx(log_loss(rows.labels, probability), abs=1e-6)


def test_the_test_part_is_opened_once(tuned):
    _, record = tuned
    assert len(record.test_reads) == 1
    selection = record.analyses["tuning"]["selection"]
    assert selection["num_units"] == record.split["counts"]["validation"]
    assert selection["low"] <= selection["corrected"] <= selection["high"]
    assert selection["candidates"] == 3


def test_the_run_directory_replays_and_its_page_stands_alone(tuned):
    config, record = tuned
    assert {path.name for path in config.run_dir.iterdir()} >= {
        "study.db", "winner", "record.json", "report.html", "run.flags",
    }  # fmt: skip
    assert flags.parse([f"--flagfile={config.run_dir / 'run.flags'}"]) == config
    assert RunRecord.read(config.run_dir / "record.json") == record
    page = Page.read(config.run_dir / "report.html")
    assert page.asks_for == []
    assert len(set(page.ids)) == len(page.ids)
    assert "Optimism of the choice" in page.prose
    titles = ["History", "Each setting by itself", "Learning curves of all trials"]
    assert all(title in page.prose for title in titles)
    assert page.text.count("<svg") >= 4


@pytest.mark.slow
def test_a_rerun_does_nothing_twice_and_more_trials_go_on(tuned):
    config, record = tuned
    again = ftkeras.tune(config)
    assert again.test_reads == record.test_reads
    assert again.analyses["tuning"]["trials"] == record.analyses["tuning"]["trials"]
    more = ftkeras.tune(RunConfig.read(**{**config.settings(), "trials": 4}))
    assert len(more.analyses["tuning"]["trials"]) == 4
    assert more.analyses["tuning"]["trials"][:3] == record.analyses["tuning"]["trials"]


@pytest.mark.slow
def test_trials_share_one_pass_and_those_that_thaw_begin_from_the_pretrained_weights(
    asked, tmp_path
):
    """The same settings twice, as if two workers drew them: the same answers to the bit."""
    data = _prepared_data.prepare(asked)
    trials = _trial.Trials(data, _trial.choosing_score(asked, data))
    places = {"cache_dir": str(tmp_path / "cache")}
    thawing = _trial.settings_of(asked, {}, phase=["top_blocks(count=1, epochs=1)"], **places)
    frozen, told = _trial.settings_of(asked, {}, **places), []
    first = trials(frozen, lambda *given: told.append(given))
    assert [epoch for epoch, _ in told] == [0, 1, 2]
    once = len(data.parts["train"]) + len(data.parts["validation"])
    assert trials.passes["computed"] == once
    one, two = (trials(thawing, lambda *given: None) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(first, trials(frozen, lambda *given: None))
    assert trials.passes["computed"] == once


def test_a_search_of_nothing_but_mistakes_ends_with_one_of_them(asked, tmp_path):
    phases = "phase.0=choice('top_blocks(count=98)', 'top_blocks(count=99)')"
    given = {**asked.settings(), "search": [phases], "run_dir": str(tmp_path / "run")}
    with pytest.raises(UserError, match="3 failed ones and no other") as error:
        ftkeras.tune(RunConfig.read(**given))
    assert "count=9" in str(error.value)
    assert not (tmp_path / "run" / "record.json").exists()


def test_without_a_search_the_message_says_how_to_write_one(settings, tmp_path, capsys):
    arguments = ["--mode=tune", f"--task={settings['task']}", f"--data={settings['data']}",
                 f"--run_dir={tmp_path / 'run'}"]  # fmt: skip
    assert run.main(arguments) == 2
    assert "Expected --search" in capsys.readouterr().err


_STATES = """select number, state, (select count(*) from trial_heartbeats
             where trial_heartbeats.trial_id = trials.trial_id), (select count(*)
             from trial_intermediate_values where trial_intermediate_values.trial_id =
             trials.trial_id) from trials order by number"""


def states(database):
    """What the database says, read without Optuna: state, signs of life, epochs of each trial."""
    if not database.exists():
        return []
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
        with contextlib.closing(connection):
            return [row[1:] for row in connection.execute(_STATES).fetchall()]
    except sqlite3.OperationalError:  # the tables are not made yet
        return []


def until(holds, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        threading.Event().wait(0.1)
    raise AssertionError(f"not within {seconds} s")


@pytest.mark.slow
def test_killing_a_worker_loses_no_finished_trial_and_its_trial_is_run_again(asked, tmp_path):
    run_dir = tmp_path / "run"
    given = {**asked.settings(), "run_dir": str(run_dir), "trials": 5}
    (tmp_path / "settings.json").write_text(json.dumps(given))
    program = Path(__file__).parent / "tune_worker_program.py"
    database = run_dir / _study.DATABASE

    def command(hang_in):
        return [sys.executable, str(program), str(tmp_path / "settings.json"), str(hang_in)]

    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command(hang_in=2), **quiet) as victim:
        try:
            # Two trials are done; the third has begun and hangs in its second epoch.
            until(lambda: states(database)[2:] == [("RUNNING", 1, 2)], 240)
        finally:
            victim.send_signal(signal.SIGKILL)
    before = states(database)
    rescuer = subprocess.run(command(hang_in=-1), capture_output=True, text=True, timeout=400)
    assert rescuer.returncode == 0, rescuer.stderr
    assert [state for state, *_ in before] == ["COMPLETE", "COMPLETE", "RUNNING"]
    found = RunRecord.read(run_dir / "record.json").analyses["tuning"]
    rows = {row["number"]: row for row in found["trials"]}
    assert [rows[number]["state"] for number in (0, 1, 2)] == ["complete", "complete", "fail"]
    (again,) = [row for row in found["trials"] if row["retries"] == 2]
    assert again["settings"] == rows[2]["settings"]
    assert again["state"] in ("complete", "pruned")
    counted = [row for row in found["trials"] if row["state"] in ("complete", "pruned")]
    assert len(counted) == 5


def test_a_search_is_evaluated_and_compared_by_its_winner(tuned, tmp_path):
    import shutil

    config, record = tuned
    copy = tmp_path / "search"
    shutil.copytree(config.run_dir, copy)
    judged = ftkeras.evaluate(RunConfig.read(mode="evaluate", run_dir=str(copy)))
    assert judged.measurements == record.measurements
    assert len(RunRecord.read(copy / "winner/record.json").test_reads) == 2
    assert RunRecord.read(copy / "record.json") == RunRecord.read(config.run_dir / "record.json")
    compared = RunConfig.read(
        mode="compare", runs=f"{copy},{config.run_dir / 'winner'}", cost="recorded",
        run_dir=str(tmp_path / "compared"),
    )  # fmt: skip
    board = ftkeras.compare(compared).analyses["leaderboards"][0]
    assert {row["name"] for row in board["rows"]} == {"search", "winner"}
    assert board["pairs"][0]["difference"] == 0
