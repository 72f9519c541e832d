import numpy as np
import pytest

from ftkeras.records.run_record import RunRecord
from ftkeras.report import investigations
from ftkeras.workflows import _learning_curve
from tests.report.page import Page


def made(size, width=12, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, size)
    return rng.normal(size=(size, width)) + 0.5 * labels[:, None], labels


def curve(train, validation=300):
    parts = {"train": made(train), "validation": made(validation, seed=1)}
    features = {name: x.astype("float32") for name, (x, _) in parts.items()}
    labels = {name: y for name, (_, y) in parts.items()}
    return _learning_curve.learning_curve(features, labels, 0, lambda *_: None)


def test_the_error_falls_with_more_examples_and_the_law_says_how_far():
    found = curve(1600)
    assert found["sizes"] == [50, 100, 200, 400, 800, 1600]
    assert found["errors"][0] > found["errors"][-1]
    # The last size is the whole training part, whatever the order.
    assert found["spread"][-1] == 0
    law = found["law"]
    assert 0 <= law["low"] <= law["gain"] <= law["high"] < found["errors"][0]
    words = investigations.learning_curve(found)
    assert "3,200 training examples instead of 1,600" in words["sentence"]
    assert "more-data-title" in words["svg"]


def test_too_small_a_training_part_has_no_curve():
    assert curve(100) is None
    assert investigations.learning_curve(None) is None


def test_every_beginning_holds_every_class():
    labels = np.array([0] * 500 + [1] * 3 + [2] * 2)
    for seed in range(20):
        order = _learning_curve._order(labels, np.random.default_rng(seed))
        assert sorted(order) == list(range(505))
        assert set(labels[order[:20]]) == {0, 1, 2}


@pytest.fixture(scope="module")
def thawed(settings, tmp_path_factory):
    from ftkeras import finetune
    from ftkeras.config import RunConfig

    run_dir = tmp_path_factory.mktemp("thawed") / "run"
    phases = ["top_blocks(count=1, epochs=2, learning_rate=0.01)"]
    return run_dir, finetune(RunConfig.read(**{**settings, "phase": phases}, run_dir=str(run_dir)))


def test_frozen_blocks_did_not_move_and_trained_ones_did(thawed):
    run_dir, record = thawed
    found = record.analyses["weight_change"]
    changes = [block["relative_change"] for block in found["blocks"]]
    assert changes[-1] > 0
    assert not any(changes[:-1])
    last = found["blocks"][-1]
    assert 1 <= last["effective_rank"] <= last["full_rank"]
    assert 0 <= found["alignment"] < 1
    page = Page.read(run_dir / "report.html")
    assert "weight-change" in page.ids
    assert "blocks were frozen" in page.prose


def test_a_frozen_run_has_nothing_that_moved(finished):
    run_dir, record = finished
    assert record.analyses["weight_change"] is None
    assert "weight-change" not in Page.read(run_dir / "report.html").ids
    assert RunRecord.read(run_dir / "record.json") == record
