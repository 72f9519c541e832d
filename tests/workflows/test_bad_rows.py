import csv
import inspect
import json

import pytest

from ftkeras import catalog, finetune, run
from ftkeras.config import RunConfig
from ftkeras.errors import UserError


@pytest.fixture
def blemished(reviews, tmp_path):
    """The made-up reviews with three bad rows among them, and what is wrong with each."""
    rows = reviews.read_text().splitlines()
    rows[5] = ",good"
    rows[9] = "one,two,three"
    rows[200] = "no label here,"
    path = tmp_path / "blemished.csv"
    path.write_text("\n".join(rows) + "\n")
    return path, {6: "text", 10: "", 201: "label"}


def check(path, *flags):
    data = f"--data=csv(path={str(path)!r})"
    return run.main(["--mode=check_data", "--task=binary", data, *flags])


def test_bad_rows_are_refused_by_default_and_named_together(blemished, capsys):
    assert check(blemished[0]) == 2
    told = capsys.readouterr().err
    assert "3 bad" in told
    for row in blemished[1]:
        assert f"blemished.csv, row {row}" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("policy", ["skip", "quarantine"])
def test_check_data_shows_what_is_left_out(blemished, tmp_path, capsys, policy):
    run_dir = tmp_path / "checked"
    assert check(blemished[0], f"--on_bad_row={policy}", f"--run_dir={run_dir}") == 0
    told = capsys.readouterr().out
    assert "3 rows left out:" in told
    for row in blemished[1]:
        assert f"row {row}" in told
    assert run_dir.exists() == (policy == "quarantine")


@pytest.mark.slow
def test_a_run_writes_quarantined_rows_with_their_reasons_and_says_so(
    settings, blemished, tmp_path
):
    path, bad = blemished
    data = f"csv(path={str(path)!r})"
    run_dir = tmp_path / "run"
    config = RunConfig.read(
        **{**settings, "data": data, "on_bad_row": "quarantine", "run_dir": str(run_dir)}
    )
    record = finetune(config)
    entries = [json.loads(line) for line in (run_dir / "quarantine.jsonl").read_text().splitlines()]
    assert {entry["row"]: entry["column"] for entry in entries} == bad
    assert {entry["file"] for entry in entries} == {"blemished.csv"}
    assert all(entry["reason"] and entry["excerpt"] for entry in entries)
    with path.open(newline="") as lines:
        cells = list(csv.reader(lines))
    for entry in entries:  # the row stands in the file where the entry says
        assert all(cell in entry["excerpt"] for cell in cells[entry["row"] - 1])
    assert record.data["dropped"]["unusable"] == 3
    assert "quarantine.jsonl" in (run_dir / "report.html").read_text()
    assert "--on_bad_row=quarantine" in (run_dir / "run.flags").read_text()


def test_a_clean_file_leaves_no_quarantine(reviews, tmp_path, capsys):
    assert check(reviews, "--on_bad_row=quarantine", f"--run_dir={tmp_path / 'checked'}") == 0
    assert "left out" not in capsys.readouterr().out
    assert not (tmp_path / "checked").exists()


def test_two_words_on_bad_rows_are_refused_while_flags_are_read():
    data = "csv(path='x.csv', on_bad_row='skip')"
    with pytest.raises(UserError, match="--on_bad_row: Expected one word"):
        RunConfig.read(mode="check_data", task="binary", data=data, on_bad_row="quarantine")
    with pytest.raises(UserError, match="Did you mean 'quarantine'"):
        RunConfig.read(mode="check_data", task="binary", data=data, on_bad_row="quarantin")


@pytest.mark.parametrize("name", sorted({*catalog.names("data/sources")} - {"scikit_learn"}))
def test_every_source_of_files_takes_the_policy(name):
    parameters = inspect.signature(catalog.find("data/sources", name)).parameters
    assert parameters["on_bad_row"].default == "error"
