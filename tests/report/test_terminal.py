import dataclasses
import io

import pytest
from rich.console import Console

from ftkeras.contracts.finding import Finding
from ftkeras.message import message
from ftkeras.records.run_record import RunRecord
from ftkeras.report import language, terminal


@pytest.fixture
def record(multiclass_run) -> RunRecord:
    return RunRecord.read(multiclass_run / "record.json")


def printed(record, run_dir, width=100, **settings) -> str:
    file = io.StringIO()
    terminal.summarize(record, run_dir, Console(file=file, width=width, **settings))
    return file.getvalue()


def test_the_summary_holds_verdict_scores_intervals_and_baselines(record, multiclass_run):
    text = printed(record, multiclass_run)
    own = record.measurements["test"]["model"][0]
    assert "It works" in text
    assert f"{own.value:.3f}" in text
    assert f"{own.low:.3f} to {own.high:.3f}" in text
    assert "Majority class" in text
    assert "F1 score (macro)" in text


def test_only_files_that_are_there_are_named(record, tmp_path):
    (tmp_path / "report.html").touch()
    (tmp_path / "run.flags").touch()
    text = printed(record, tmp_path, width=300)
    assert str(tmp_path / "report.html") in text
    assert f"--flagfile={tmp_path / 'run.flags'}" in text
    assert "model.keras" not in text


def test_a_path_longer_than_the_line_is_folded_and_not_cut(record, tmp_path):
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    (deep / "report.html").touch()
    text = printed(record, deep, width=60)
    assert str(deep / "report.html") in "".join(text.split()).replace("Report", "", 1)


def test_caveats_are_told(record, multiclass_run):
    again = dataclasses.replace(record, test_reads=record.test_reads * 3)
    assert "read 3 times" in printed(again, multiclass_run)


def test_names_are_not_read_as_markup(record, multiclass_run):
    measurements = {"test": {**record.measurements["test"], "[red]odd": []}}
    odd = dataclasses.replace(record, measurements=measurements)
    assert "[red]odd" in printed(odd, multiclass_run, width=200)


def test_a_record_without_measurements_still_ends_in_words(record, multiclass_run):
    empty = dataclasses.replace(record, measurements={}, comparisons=[], phases=[])
    assert "Not judged" in printed(empty, multiclass_run)


def test_warnings_are_printed_in_the_language_that_is_spoken():
    found = message(
        "Near copies are not looked for among {count:,} examples; exact ones are.", count=4321
    )
    finding = Finding("near_duplicates", "warning", found, "Mend it.")
    said = {}
    for spoken in ("en", "zh"):
        file = io.StringIO()
        with language.using(spoken):
            terminal.warn([finding, dataclasses.replace(finding, severity="note")],
                          Console(file=file, width=300))  # fmt: skip
        said[spoken] = file.getvalue()
    assert said["en"] == f"Warning: {found} Mend it.\n"
    assert said["zh"] == "警告：在 4,321 个样本中只查找完全相同者，不查找近似副本。Mend it.\n"
