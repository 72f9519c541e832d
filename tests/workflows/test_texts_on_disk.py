"""A fine-tune whose texts lie on disk: how many of them are in memory at once."""

import json
import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ftkeras import finetune
from ftkeras.config import RunConfig
from ftkeras.data import lazy_column
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.data.texts_on_disk import TextsOnDisk
from ftkeras.records.predictions import Predictions
from ftkeras.training import encoding, feature_cache, feature_pass
from ftkeras.workflows import _baseline_sample, _provenance
from tests.helpers.tiny_backbone import sentences

ROWS = 800
AT_ONCE = 32


class Alive:
    """Counts the texts that are in memory, now and at most."""

    def __init__(self):
        self.now = self.most = self.ever = 0
        self._lock = threading.Lock()

    def text(self, value):
        alive = self

        class Text(str):
            __slots__ = ()

            def __del__(self):
                with alive._lock:
                    alive.now -= 1

        with self._lock:
            self.now += 1
            self.ever += 1
            self.most = max(self.most, self.now)
        return Text(value)


@pytest.fixture
def folder(tmp_path):
    texts, labels = sentences(ROWS, seed=5)
    table = pa.table({"text": texts, "label": [("bad", "good")[label] for label in labels]})
    place = tmp_path / "texts"
    place.mkdir()
    pq.write_table(table, place / "0.parquet", row_group_size=200)
    return place


@pytest.fixture
def small_slices(monkeypatch):
    """All that is read at once is small, as it is beside millions."""
    for module, name in (
        (lazy_column, "_AT_ONCE"), (feature_pass, "_WINDOW"), (encoding, "_AT_ONCE"),
        (_baseline_sample, "_AT_ONCE"), (_provenance, "_AT_ONCE"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, AT_ONCE)
    monkeypatch.setattr(feature_cache, "_MOST_IN_MEMORY", 0)


def run(place, settings, folder, rows_in_memory):
    config = RunConfig.read(**{
        **settings, "data": f"parquet(path={str(folder)!r}, rows_in_memory={rows_in_memory})",
        "phase": ["linear_probe(epochs=2, learning_rate=0.05)"],
        "cache_dir": str(place / "cache"), "run_dir": str(place / "run"),
    })  # fmt: skip
    return finetune(config)


def _fit_tfidf_on(count, monkeypatch):
    def constant(kind, name, what):
        asked = (kind, name, what) == ("baselines", "tfidf_logistic_regression", "LARGEST")
        return count if asked else original(kind, name, what)

    original = _baseline_sample.catalog.constant
    monkeypatch.setattr(_baseline_sample.catalog, "constant", constant)


def test_no_step_of_a_fine_tune_holds_all_texts(
    tmp_path, settings, folder, small_slices, monkeypatch
):
    alive, column = Alive(), TextsOnDisk.column
    monkeypatch.setattr(TextsOnDisk, "column", lambda texts: column(texts).map(alive.text))
    record = run(tmp_path, settings, folder, rows_in_memory=0)
    assert alive.ever > 3 * ROWS  # they were read, and again and again
    assert alive.most < ROWS / 4
    assert not [found for found in record.data["findings"] if found["check"] == "baselines"]
    assert record.passes["computed"] == sum(record.split["counts"].values())


@pytest.mark.slow
def test_a_run_whose_texts_lie_on_disk_is_one_whose_texts_are_in_memory(
    tmp_path, settings, folder, small_slices, monkeypatch
):
    outside = run(tmp_path / "outside", settings, folder, rows_in_memory=0)
    _fit_tfidf_on(200, monkeypatch)
    inside = run(tmp_path / "inside", settings, folder, rows_in_memory=10**6)
    for name in ("split", "task"):
        assert getattr(outside, name) == getattr(inside, name)
    assert outside.data["digest"] == inside.data["digest"]
    # Small windows hold fewer texts of a length than all of them.
    assert 0 < inside.padding <= outside.padding < 1
    [told] = [found for found in inside.data["findings"] if found["check"] == "baselines"]
    assert "tfidf_logistic_regression on 200" in told["message"]
    written = json.loads((tmp_path / "inside/run/record.json").read_text())
    assert told["message"] in written["messages"]
    both = [
        Predictions.read(tmp_path / place / "run/predictions/model.parquet")
        for place in ("outside", "inside")
    ]
    assert both[0].ids.tolist() == both[1].ids.tolist()
    assert both[0].previews.tolist() == both[1].previews.tolist()
    np.testing.assert_allclose(both[0].logits, both[1].logits, rtol=0, atol=1e-5)


def test_the_counter_sees_a_list_of_all_texts():
    alive = Alive()
    column = LazyColumn.of(lambda rows: [f"text {row}" for row in rows], 100).map(alive.text)
    assert [len(text) for text in column[:2]] == [6, 6]
    assert (alive.now, alive.ever) == (0, 2)
    held = column.tolist()
    assert (alive.now, len(held)) == (100, 100)
    del held
    assert alive.now == 0


def test_the_digest_of_data_is_that_of_its_sorted_lines(monkeypatch):
    import hashlib

    monkeypatch.setattr(_provenance, "_AT_ONCE", 7)
    random = np.random.default_rng(0)
    for ids, labels in (
        (random.permutation(np.array([f"{i:032x}" for i in range(50)])), np.arange(50) % 3),
        (np.array(["a", "a-2", "b", "a-10"]), np.array(["x", "y", "x", "ß"])),
        (np.array(["a", "a", "b"]), np.array([[1, 2], [0, 1], [3, 4]])),
        (np.array(["ä", "a"]), np.array([1.5, 2.5])),
    ):
        rows = labels.tolist() if labels.ndim == 1 else labels
        lines = sorted(f"{id_} {label}" for id_, label in zip(ids.tolist(), rows, strict=True))
        expected = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        assert _provenance.rows_digest(ids, labels) == expected
        if ids.dtype.itemsize > 4:
            of_texts = ids.astype(np.dtypes.StringDType())
            assert _provenance.rows_digest(of_texts, labels) == expected
