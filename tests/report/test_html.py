import dataclasses
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import html
from tests.report.page import Page

HOSTILE = "<script>alert('x')</script><img src=https://evil.example/x.png onerror=alert(1)>"
ARABIC = "\u202e" + "مرحبا بالعالم 😀"


@pytest.fixture
def copied(binary_run, multiclass_run, tmp_path):
    """Copies a run, lets a test change it, and returns the page that comes out."""

    def make(kind="binary", *, change=None, predictions=None, remove=()) -> Page:
        source = {"binary": binary_run, "multiclass": multiclass_run}[kind]
        run_dir = Path(shutil.copytree(source, tmp_path / f"run-{len(list(tmp_path.iterdir()))}"))
        for path in remove:
            shutil.rmtree(run_dir / path)
        if change is not None:
            record = RunRecord.read(run_dir / "record.json")
            dataclasses.replace(record, **change(record)).write(run_dir / "record.json")
        if predictions is not None:
            path = run_dir / "predictions/model.parquet"
            predictions(Predictions.read(path)).write(path)
        return Page.read(html.write(run_dir))

    return make


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_the_page_is_whole_and_asks_for_nothing(copied, kind):
    page = copied(kind)
    assert page.asks_for == []
    assert "default-src 'none'" in page.all("meta")[2]["content"]
    assert page.all("script") == []
    assert not re.search(r"https?://", page.text)
    assert len(page.ids) == len(set(page.ids))
    inner = [a["href"][1:] for tag, a in page.tags if a.get("href", "").startswith("#")]
    inner += re.findall(r"url\(#([^)]+)\)", page.text)
    assert set(inner) <= set(page.ids)


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_everyone_can_read_the_pictures(copied, kind):
    page = copied(kind)
    pictures = page.all("svg")
    assert len(pictures) >= 9
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(picture["aria-labelledby"].split()) <= set(page.ids)
    assert all(image["alt"] for image in page.all("img"))
    assert all(
        box.get("tabindex") == "0" for box in page.all("div") if box.get("class") == "scroll"
    )
    assert len(page.all("h1")) == 1
    assert all("scope" in cell for cell in page.all("th"))


def test_the_page_shows_the_numbers_of_the_record(copied, binary_run):
    page = copied()
    record = RunRecord.read(binary_run / "record.json")
    for items in record.measurements["test"].values():
        for item in items:
            assert f"{item.value:.3f}" in page.prose
            assert f"{item.low:.3f} to {item.high:.3f}" in page.prose
    for expected in (
        record.command,
        record.backbone["fingerprint"],
        record.split["digest"],
        "Counted on 114 test examples",
        "12 of 114 test examples are wrong",
        "12 examples were left out before splitting: duplicate 12",
        "455 computed, 114 taken from the feature cache; 8,645 saved",
        "The test part was read once: evaluation of the run (2031-04-05 06:07 UTC)",
        "114 test predictions for 114 test examples.",
    ):
        assert expected in page.prose


def test_the_verdict_stands_before_everything_else(copied):
    prose = copied().prose
    assert prose.index("Cannot tell") < prose.index("What was run") < prose.index("Worst errors")


def test_the_same_run_gives_the_same_bytes(copied):
    assert copied().text == copied().text


def test_hostile_texts_are_shown_and_not_run(copied):
    def poison(predictions: Predictions) -> Predictions:
        texts = np.resize([HOSTILE, ARABIC, "w" * 20_000, "", None], len(predictions))
        names = ("<b>$x_1$", "\"'>ب😀")
        return dataclasses.replace(predictions, previews=texts, class_names=names)

    def rename(record: RunRecord) -> dict:
        names = ["<b>$x_1$", "\"'>ب😀"]
        return {
            "task": {**record.task, "class_names": names},
            "backbone": {**record.backbone, "handle": HOSTILE, "head": HOSTILE},
            "data": {**record.data, "source": HOSTILE, "dropped": {HOSTILE: 3}},
            "config": {"x": [HOSTILE, HOSTILE]},
            "command": HOSTILE,
            "streamed": {"test": {HOSTILE: 1.0}},
        }

    page = copied(change=rename, predictions=poison)
    assert page.asks_for == []
    assert page.all("script") == []
    assert page.all("b")
    assert "onerror" not in {name for _, attributes in page.tags for name in attributes}
    assert page.prose.count(HOSTILE) > 5
    assert "\u202e" not in page.text
    assert "مرحبا بالعالم 😀" in page.prose
    assert "w" * 401 not in page.text
    assert "<b>$x_1$" in page.prose
    assert len(page.ids) == len(set(page.ids))


def test_thumbnails_are_shown_as_images(copied):
    page = copied("multiclass")
    sources = [image["src"] for image in page.all("img")]
    assert len(sources) == 16
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_a_run_without_baselines_is_not_judged(copied):
    page = copied(
        change=lambda record: {
            "comparisons": [],
            "measurements": {
                part: {"model": models["model"]} for part, models in record.measurements.items()
            },
        },
        remove=["predictions/baselines"],
    )
    assert "Not judged" in page.prose
    assert "No baseline was compared with the model." in page.prose


def test_a_run_without_predictions_says_what_is_missing(copied):
    page = copied(remove=["predictions"])
    assert page.prose.count("No predictions of the model were found beside the record") == 2
    assert "0.895" in page.prose, "the scores of the record are still there"


def test_a_record_with_little_in_it_is_still_a_page(copied):
    page = copied(
        change=lambda record: {
            "measurements": {},
            "comparisons": [],
            "phases": [],
            "streamed": {},
            "seconds": {},
            "passes": {},
            "test_reads": [],
            "versions": {},
            "config": {},
        },
        remove=["predictions"],
    )
    assert "The record holds no measurements on the test part." in page.prose
    assert "The record holds no history of training." in page.prose


def test_a_range_test_of_the_learning_rate_is_drawn_and_its_rate_said(copied):
    curve = [1.0, 1.0, 0.9, 0.6, 0.4, 0.5, 0.9, 1.8, None]
    found = {"rates": np.geomspace(1e-4, 1.0, 9).tolist(), "losses": curve, "smoothed": curve,
             "suggested": 0.0123, "lowest": 0.1, "diverged": True}  # fmt: skip

    def tested(record: RunRecord) -> dict:
        first, *rest = record.phases
        return {"phases": [{**first, "learning_rates": found}, *rest]}

    page = copied(change=tested)
    assert "learning-rate-1-title" in page.ids
    assert "Phase 1: learning rate 0.012, where the loss fell most steeply" in page.prose
    assert "learning-rate-1-title" not in copied().ids


def test_an_undefined_headline_is_explained(copied):
    def undefine(record: RunRecord) -> dict:
        test = {
            name: [
                dataclasses.replace(i, value=None, low=None, high=None, note="no examples")
                for i in items
            ]
            for name, items in record.measurements["test"].items()
        }
        return {"measurements": {"test": test}, "comparisons": []}

    page = copied(change=undefine)
    assert "The headline score (Accuracy) has no value: no examples." in page.prose


def test_one_phase_only(copied):
    page = copied(change=lambda record: {"phases": record.phases[:1]})
    assert "phase 1: best epoch 12" in page.prose


def test_what_chose_the_epoch_is_told_where_it_was_asked_for(copied):
    page = copied(change=lambda record: {"config": {**record.config, "monitor": "recall"}})
    assert "best epoch by recall" in page.prose
    assert "best epoch by" not in copied().prose


def test_predictions_that_do_not_match_the_split_are_called_out(copied):
    page = copied(predictions=lambda found: found.take(np.arange(len(found) - 5)))
    assert "they do not match, distrust this page" in page.prose


def test_a_model_without_mistakes_is_told(copied):
    def perfect(found: Predictions) -> Predictions:
        logits = (found.labels[:, None] * 20.0 - 10.0).astype("float32")
        return dataclasses.replace(found, logits=logits)

    assert "None: all 114 test examples are right." in copied(predictions=perfect).prose


def test_a_test_part_of_one_class_still_has_a_page(copied):
    page = copied(predictions=lambda found: dataclasses.replace(found, labels=found.labels * 0))
    assert "roc-title" not in page.ids
    assert "confusion-title" in page.ids


def test_a_directory_without_a_run_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"record\.json"):
        html.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_earlier_page(binary_run, tmp_path):
    run_dir = Path(shutil.copytree(binary_run, tmp_path / "run"))
    before = html.write(run_dir).read_text()
    (run_dir / "predictions/model.parquet").write_bytes(b"broken")
    with pytest.raises(UserError, match="Parquet"):
        html.write(run_dir)
    assert (run_dir / "report.html").read_text() == before
