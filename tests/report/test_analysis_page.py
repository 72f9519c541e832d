"""The page of a run that was judged with a calibration and a threshold."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import analysis_page, html
from ftkeras.workflows import _analyses, _decision
from tests.report.page import Page


def judged(run, folder, **settings):
    run_dir = Path(shutil.copytree(run, folder / "run"))
    record = RunRecord.read(run_dir / "record.json")
    model = Predictions.read(run_dir / "predictions/model.parquet")
    task = catalog.build("tasks", Call(model.task))
    config = RunConfig.read(mode="evaluate", run_dir=str(run_dir), **settings)
    decision = _decision.decide(config, model, task)
    record = dataclasses.replace(record, analyses=_analyses.analyses(model, task, decision))
    record.write(run_dir / "record.json")
    return record, Page.read(html.write(run_dir))


@pytest.fixture(scope="module")
def binary(binary_run, tmp_path_factory):
    return judged(binary_run, tmp_path_factory.mktemp("judged"), calibration="isotonic",
                  threshold="cost(false_positive=1, false_negative=5)")  # fmt: skip


@pytest.fixture(scope="module")
def multiclass(multiclass_run, tmp_path_factory):
    return judged(multiclass_run, tmp_path_factory.mktemp("judged"))


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_every_analysis_has_its_place(kind, request):
    record, page = request.getfixturevalue(kind)
    assert {"scores", "beliefs", "slices", "errors", "suspects"} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert record.analyses["which_metric"]["sentence"] in page.prose
    assert page.asks_for == []
    links = [a["href"][1:] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")]
    assert set(links) <= set(page.ids)
    assert all("scope" in cell for cell in page.all("th"))
    assert all(image["alt"] for image in page.all("img"))


def test_numbers_on_the_page_are_those_of_the_record(binary):
    record, page = binary
    found = record.analyses
    for number in (
        found["threshold"]["threshold"],
        found["threshold"]["choice"]["expected"],
        found["calibration"]["before"]["value"],
        found["calibration"]["after"]["by_chance"],
        found["calibration"]["scores"][0]["after"]["value"],
    ):
        assert f"{number:.3f}" in page.prose
    worst = found["slices"]["differences"][0]
    assert f"{100 * worst['score']:.1f}%" in page.prose
    assert f"chosen: {found['threshold']['threshold']:.2f}" in page.text
    assert "after calibration" in page.text


def test_suspects_of_images_are_thumbnails(multiclass):
    record, page = multiclass
    suspects = record.analyses["label_noise"]["suspects"]
    assert suspects
    part = page.text[page.text.index('id="suspects"') :]
    images = re.findall(r'<img src="data:image/png', part[: part.index("</section>")])
    assert len(images) == len(suspects)


def test_a_run_without_a_decision_has_no_calibrator(multiclass, binary):
    assert analysis_page.calibrator(multiclass[0]) is None
    assert (
        analysis_page.calibrator(binary[0]).parameters
        == binary[0].analyses["decision"]["parameters"]
    )


def test_a_record_without_analyses_shows_none(binary_run):
    record = RunRecord.read(binary_run / "record.json")
    content = analysis_page.content(record, {})
    assert {name for name, value in content.items() if value} == set()
