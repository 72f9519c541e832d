"""Ranking of backbones for labels and numbers, on tiny backbones."""

import dataclasses
import json

import numpy as np
import pytest

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.report import ranking_words
from ftkeras.workflows import _rounds
from tests.helpers.made_files import tagged_and_rated
from tests.helpers.tiny_backbone import text_backbone

SOURCE = "csv(path={path!r}, label={label!r})"


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ranked")
    tagged_and_rated(folder / "rows.csv", 160)

    def ranked(task, label, name):
        data = SOURCE.format(path=str(folder / "rows.csv"), label=label)
        config = RunConfig.read(
            mode="rank_backbones", task=task, data=data, backbone=["keras://none.keras"], seed=3,
            cache_dir=str(folder / "cache"), run_dir=str(folder / name), cost="recorded",
        )  # fmt: skip
        config = dataclasses.replace(config, backbones=())
        made = {"narrow": text_backbone(width=4), "wide": text_backbone(width=16, seed=2)}
        return config, ftkeras.rank_backbones(config, made)

    return ranked


@pytest.mark.parametrize(
    ("task", "label", "key", "scores"),
    [
        ("regression", "rating", "probe_r2", {"probe_r2", "nearest_neighbours_r2", "log_me"}),
        ("multilabel", "tags", "probe_log_loss",
         {"probe_log_loss", "probe_ranking_precision", "nearest_neighbours_precision", "log_me"}),
    ],
)  # fmt: skip
def test_backbones_are_ranked_by_their_probe(asked, task, label, key, scores, capsys):
    config, record = asked(task, label, task)
    found = record.analyses["ranking"]
    assert found["score"] == key
    assert found["left_out"] == ["h_score", "leep"]
    assert len(found["candidates"]) == 3
    values = [row["scores"][key]["value"] for row in found["candidates"]]
    assert values == sorted(values, reverse=key == "probe_r2")
    for row in found["candidates"]:
        assert set(row["scores"]) == scores
        assert all(each["low"] <= each["value"] <= each["high"] for each in row["scores"].values())
    out = capsys.readouterr().out
    assert "H-score and LEEP are for classes and left out" in " ".join(out.split())
    page = (config.run_dir / "report.html").read_text()
    assert "H-score and LEEP are for classes" in page
    assert ("ridge regression on frozen features" in page) == (task == "regression")
    assert json.loads((config.run_dir / "record.json").read_text())["test_reads"] == []
    assert (config.run_dir / "ranking.csv").read_text().startswith("rank,name")


def test_old_records_have_classes():
    found = {"rounds": [{"examples": 9}], "level": 0.95}
    assert "H-score and nearest neighbours" in ranking_words.cheap(found)
    assert "log loss: logistic regression on" in ranking_words.decided_by(found)
    assert ranking_words.difference(found) == "Difference in log loss"


def test_rounds_keep_the_ranges_of_numbers_and_the_rarest_labels():
    rng = np.random.default_rng(0)
    numbers = rng.exponential(size=1000)
    first = numbers[_rounds.order(numbers, seed=1)[:100]]
    tenths = np.quantile(numbers, np.linspace(0, 1, 11))
    np.testing.assert_allclose(np.histogram(first, tenths)[0], 10, atol=1)
    labels = (rng.random((1000, 3)) < [0.5, 0.04, 0.3]).astype("int8")
    first = labels[_rounds.order(labels, seed=1)[:500]]
    assert first[:, 1].sum() == pytest.approx(labels[:, 1].sum() / 2, abs=1)
    assert _rounds.sizes(numbers, 8, halving=True) == [250, 500, 1000]
    rare = labels[:, 1].sum()
    expected = [size for size in (250, 500) if rare * size // 1000 >= 10]
    assert _rounds.sizes(labels, 8, halving=True) == [*expected, 1000]


def test_other_kinds_are_refused(tmp_path):
    config = RunConfig.read(
        mode="rank_backbones", task="ranking", data="csv(path='x.csv')", backbone=["keras://a.keras"],
        run_dir=str(tmp_path / "run"),
    )  # fmt: skip
    with pytest.raises(UserError, match="classes, labels, numbers"):
        ftkeras.rank_backbones(config)
