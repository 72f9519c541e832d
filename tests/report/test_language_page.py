"""A whole report in Chinese: nothing that ftkeras says is left in English."""

import dataclasses
import io
import re
import shutil

import pytest
from rich.console import Console

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.run_checks import run_checks
from ftkeras.records.run_record import RunRecord
from ftkeras.report import html, language, model_card, terminal
from ftkeras.workflows import _decision, evaluate
from tests.report.page import Page

# Three words in a row are a phrase; names of methods and of people have fewer.
PHRASE = re.compile(r"[A-Za-z][A-Za-z'’]+(?:[ ,;:]+[A-Za-z'’]{2,}){2,}")


def findings():
    texts = ["good", "good", "bad", "so", "so", "ok", *map(str, range(14))]
    labels = ["yes", "yes", "no", "yes", "no", "no", *["yes"] * 14]
    found = run_checks(from_arrays(texts, labels, {"copy": labels}))
    assert len({each.check for each in found}) > 2
    names = ("severity", "check", "message", "action")
    return [{name: getattr(each, name) for name in names} for each in found]


@pytest.fixture(
    scope="module", params=["binary", pytest.param("multiclass", marks=pytest.mark.slow)]
)
def told(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("told") / "run"
    run_dir = shutil.copytree(request.getfixturevalue(f"{request.param}_run"), folder)
    settings = {"calibration": "temperature"}
    if request.param == "binary":
        settings["threshold"] = "maximum_f1"
    config = RunConfig.read(mode="evaluate", run_dir=str(run_dir), **settings)
    record, models = RunRecord.read(run_dir / "record.json"), evaluate.read_models(run_dir)
    task = catalog.build("tasks", Call(models["model"].task))
    decision = _decision.decide(config, models["model"], task)
    record = dataclasses.replace(record, test_reads=[])
    record = evaluate.judge(record, models, "evaluate: predictions on disk", decision)
    data = {**record.data, "findings": findings()}
    record = dataclasses.replace(record, data=data, seconds={"data": 1.0, "training": 70.0})
    record.write(run_dir / "record.json")
    evaluate.retell(dataclasses.replace(config, language="zh"), record)
    html.write(run_dir)
    model_card.write(run_dir)
    return run_dir


def of_the_user(run_dir):
    """What people gave and machines read: class names, texts, settings, commands."""
    record, models = RunRecord.read(run_dir / "record.json"), evaluate.read_models(run_dir)
    seen = models["model"].previews
    given = [*record.task["class_names"], *map(str, seen), record.command, record.data["source"]]
    given += [str(phase["phase"]) for phase in record.phases]
    given += [str(value) for value in (*record.config.values(), *record.backbone.values())]
    return [
        *given,
        record.split["rule"],
        "model.predict([...])",
        "import ftkeras",
        "import ftkeras",
    ]


def phrases(texts, given):
    left = []
    for text in texts:
        if any(text.strip() and text.strip()[:60] in own for own in given):
            continue
        for own in sorted(given, key=len, reverse=True):
            text = text.replace(own, "…") if len(own) > 2 else text
        left += PHRASE.findall(text)
    return left


def test_the_page_has_no_english_phrase(told):
    page = Page.read(told / "report.html")
    attributes = [
        value
        for _, found in page.tags
        for name, value in found.items()
        if name in ("aria-label", "alt", "title")
    ]
    assert phrases([*page.words, *attributes], of_the_user(told)) == []
    assert page.all("html") == [{"lang": "zh-CN"}]
    assert "测试集指标" in page.prose
    assert "期望校准误差" in page.prose


def test_the_card_has_no_english_phrase(told):
    head, card = (told / "model_card.md").read_text(encoding="utf-8").split("\n---\n", 1)
    assert phrases(card.split("\n"), of_the_user(told)) == []
    assert "Accuracy" in head, "a hub reads the metadata: they stay English"


def test_the_terminal_has_no_english_phrase(told):
    record = RunRecord.read(told / "record.json")
    file = io.StringIO()
    terminal.summarize(record, told, Console(file=file, width=120))
    assert phrases(file.getvalue().split("\n"), of_the_user(told)) == []
    assert "准确率" in file.getvalue()


def test_the_record_stays_english_and_gives_the_english_page_back(told):
    record = RunRecord.read(told / "record.json")
    assert record.config["language"] == "zh"
    methods = {item.method for item in record.measurements["test"]["model"]}
    assert "Wilson" in methods
    assert not any(re.search(r"[\u4e00-\u9fff]", text) for text in methods)
    before = (told / "report.html").read_bytes()
    with language.using("en"):
        html.write(told)
    english = Page.read(told / "report.html")
    assert "Scores on test" in english.prose
    assert len(phrases(english.words, of_the_user(told))) > 50, "the net must catch something"
    html.write(told)
    assert (told / "report.html").read_bytes() == before


def test_telling_anew_reads_no_test_part(told):
    record = RunRecord.read(told / "record.json")
    config = RunConfig.read(mode="evaluate", run_dir=str(told), language="en")
    again = evaluate.evaluate(config)
    assert again.test_reads == record.test_reads
    assert again.measurements == record.measurements
    assert Page.read(told / "report.html").all("html") == [{"lang": "en"}]
    evaluate.evaluate(dataclasses.replace(config, language="zh"))
