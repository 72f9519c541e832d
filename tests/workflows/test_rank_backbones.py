import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import ftkeras
from ftkeras import flags, run
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records import split_table
from ftkeras.records.run_record import RunRecord
from ftkeras.report import ranking_words
from ftkeras.workflows import _rounds
from ftkeras.workflows._candidates import Candidate
from tests.backbones import reference_bert
from tests.helpers.tiny_backbone import text_backbone
from tests.report.page import Page


@pytest.fixture(scope="module")
def other_preset(tmp_path_factory):
    directory = tmp_path_factory.mktemp("preset") / "other"
    weights = {k: np.ascontiguousarray(v[::-1]) for k, v in reference_bert.random_weights().items()}
    return reference_bert.write(directory, weights)


@pytest.fixture(scope="module")
def ranked(settings, other_preset, tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("ranked") / "run"
    given = {k: v for k, v in settings.items() if k != "phase"}
    given |= {"mode": "rank_backbones", "backbone": [settings["backbone"], str(other_preset)]}
    given |= {"random_twin": True, "cache_dir": str(tmp_path_factory.mktemp("cache"))}
    given["cost"] = "recorded"  # memory is measured in a test of its own
    config = RunConfig.read(**given, run_dir=str(run_dir))
    return config, ftkeras.rank_backbones(config, {"made here": text_backbone(width=16)})


def test_everything_asked_for_is_ranked_and_the_floor_too(ranked):
    config, record = ranked
    found = record.analyses["ranking"]
    kinds = {row["name"]: row["kind"] for row in found["candidates"]}
    names = [str(handle) for handle in config.backbones] + ["made here"]
    assert {name for name, kind in kinds.items() if kind == "backbone"} == set(names)
    twins = {name for name, kind in kinds.items() if kind == "random twin"}
    assert twins == {f"random twin of {name}" for name in names}
    assert [name for name, kind in kinds.items() if kind == "floor"] == [
        "TF-IDF (at most 256 directions)"
    ]
    losses = [row["scores"]["probe_log_loss"]["value"] for row in found["candidates"]]
    assert losses == sorted(losses)
    best = next(row["name"] for row in found["candidates"] if row["kind"] == "backbone")
    assert found["best"] == best


def test_only_the_training_part_is_looked_at_and_each_example_once(ranked):
    config, record = ranked
    parts = split_table.read(config.run_dir / "split.parquet")
    found = record.analyses["ranking"]
    assert found["examples"] == len(parts["train"])
    assert record.test_reads == []
    for row in found["candidates"]:
        if row["kind"] != "floor":
            assert sum(row["passes"].values()) == len(parts["train"])
            assert row["examples_per_second"] > 0
            assert row["parameters"] > 0
    # Two presets of one architecture have the same random twin, which is computed once.
    assert record.passes["computed"] == 5 * len(parts["train"])


def test_the_run_directory_holds_the_table_the_page_and_the_replay(ranked):
    config, record = ranked
    directory = config.run_dir
    assert {path.name for path in directory.iterdir()} == {
        "record.json", "ranking.csv", "ranking.parquet", "run.flags", "split.parquet",
        "report.html",
    }  # fmt: skip
    assert RunRecord.read(directory / "record.json") == record
    assert flags.parse([f"--flagfile={directory / 'run.flags'}"]) == config
    rows = pd.read_csv(directory / "ranking.csv")
    pd.testing.assert_frame_equal(rows, pd.read_parquet(directory / "ranking.parquet"),
                                  check_dtype=False)  # fmt: skip
    first = record.analyses["ranking"]["candidates"][0]
    assert rows["name"][0] == first["name"]
    assert rows["log_me"][0] == pytest.approx(first["scores"]["log_me"]["value"])
    assert rows["leep"].isna().all()


def test_the_page_says_what_the_record_says_and_asks_nothing_of_anyone(ranked):
    config, record = ranked
    text = (config.run_dir / "report.html").read_text()
    page = Page(text)
    found = record.analyses["ranking"]
    for row in found["candidates"]:
        assert row["name"] in text
    assert "--mode=finetune" in text
    assert "None is an oracle" in text
    assert "read 0 times" in text
    assert page.asks_for == []
    assert len(set(page.ids)) == len(page.ids)
    described = text.partition("<desc")[2].partition("</desc>")[0]
    assert all(row["name"] in described for row in found["candidates"])


@pytest.mark.slow
def test_memory_stands_beside_speed_and_a_twin_takes_as_much(settings, tmp_path, capsys):
    given = {k: v for k, v in settings.items() if k not in ("phase", "cache_dir")}
    given |= {"mode": "rank_backbones", "random_twin": True, "cache_dir": str(tmp_path / "cache")}
    record = ftkeras.rank_backbones(RunConfig.read(**given, run_dir=str(tmp_path / "run")))
    rows = {row["kind"]: row for row in record.analyses["ranking"]["candidates"]}
    assert rows["floor"]["memory"] is None
    assert rows["random twin"]["memory"] == rows["backbone"]["memory"]
    use = ranking_words.memory_of(rows["backbone"])
    assert use.weight_bytes == 4 * rows["backbone"]["parameters"]
    assert use.training.added_bytes > use.kept_bytes
    table = pd.read_csv(tmp_path / "run/ranking.csv").set_index("kind")
    told = table.loc["backbone", "training_32_mebibytes"]
    assert told == pytest.approx(use.training.added_bytes / 2**20, abs=0.01)
    assert table.loc["floor", "weights_mebibytes":"training_32_mebibytes"].isna().all()
    assert "what a batch of 32 of these examples adds" in " ".join(capsys.readouterr().out.split())
    page = (tmp_path / "run/report.html").read_text()
    assert page.count("batch of 32") > 4


def test_memory_that_was_not_measured_reads_as_such(ranked):
    config, record = ranked
    table = pd.read_csv(config.run_dir / "ranking.csv").set_index("kind")
    assert table.loc["floor", "weights_mebibytes":"memory_not_measured"].isna().all()
    measured = table.loc[table.index != "floor"]
    assert (measured["memory_not_measured"] == "not asked for").all()
    assert (measured["weights_mebibytes"] > 0).all()
    assert measured["forward_32_mebibytes"].isna().all()
    page = (config.run_dir / "report.html").read_text()
    assert page.count("not measured") == 2 * len(measured) + 1  # two cells each, one sentence
    told = " ".join(ranking_words.memory(record.analyses["ranking"]))
    assert told.count("not asked for") == 1
    assert all(row["name"] in told for row in record.analyses["ranking"]["candidates"]
               if row["kind"] != "floor")  # fmt: skip


@pytest.mark.slow
def test_a_second_ranking_computes_nothing_and_finds_the_same(ranked, tmp_path):
    config, record = ranked
    again = RunConfig.read(**{**config.settings(), "run_dir": str(tmp_path / "again")})
    loaded = {"made here": text_backbone(width=16)}
    other = ftkeras.rank_backbones(again, loaded)
    assert other.passes["computed"] == 0
    one, two = record.analyses["ranking"], other.analyses["ranking"]
    assert one["pairs"] == two["pairs"]
    for first, second in zip(one["candidates"], two["candidates"], strict=True):
        assert (first["name"], first["scores"]) == (second["name"], second["scores"])
        assert second["examples_per_second"] > 0


class Made(Candidate):
    """Features that tell the label with a given strength; counts who asked for what."""

    def __init__(self, name, labels, strength, kind="backbone"):
        super().__init__(name, kind)
        rng = np.random.default_rng(len(name))
        noise = rng.normal(size=(len(labels), 4))
        self.values = (strength * labels[:, None] + noise).astype("float32")
        self.asked, self.released = [], False

    def features(self, rows):
        self.asked.append(len(rows))
        return self.values[rows]

    def facts(self):
        return {"asked": self.asked}

    def release(self):
        self.released = True


@pytest.fixture(scope="module")
def halved():
    labels = np.random.default_rng(0).integers(0, 2, 1600)
    strengths = {"good": 2.0, "also good!": 2.0, "weak": 0.4, "none": 0.0}
    made = [Made(name, labels, strength) for name, strength in strengths.items()]
    made.append(Made("floor", labels, 0.0, kind="floor"))
    said = []
    rounds, facts = _rounds.run(made, labels, "classes", halving=True, seed=0, told=said.append)
    return made, rounds, facts, said


def test_halving_drops_the_hopeless_and_never_the_floor_or_the_best(halved):
    made, rounds, facts, said = halved
    assert [len(one.rows) for one in rounds] == [200, 400, 800, 1600]
    dropped = [name for one in rounds for name in one.dropped]
    assert set(dropped) == {"weak", "none"}
    assert facts["none"]["asked"] == [200]
    assert facts["good"]["asked"] == facts["also good!"]["asked"] == [200, 400, 800, 1600]
    assert facts["floor"]["asked"][-1] == 1600
    assert all(one.released for one in made)
    assert any("none is left out after 200 examples" in sentence for sentence in said)


def test_halves_are_counted_without_the_floor():
    """Of two networks one can be hopeless, wherever the floor stands."""
    labels = np.random.default_rng(0).integers(0, 2, 800)
    made = [Made("good", labels, 2.0), Made("none", labels, 0.0)]
    made.append(Made("a floor", labels, 0.0, kind="floor"))
    rounds, facts = _rounds.run(
        made, labels, "classes", halving=True, seed=0, told=lambda said: None
    )
    assert [len(one.rows) for one in rounds] == [200, 400, 800]
    assert rounds[0].dropped == ("none",)
    assert facts["a floor"]["asked"] == [200, 400, 800]


def test_subsets_grow_and_keep_the_shares_of_the_classes():
    labels = np.array([0] * 700 + [1] * 200 + [2] * 100)
    order = _rounds.order(labels, seed=4)
    assert sorted(order) == list(range(1000))
    for count in (50, 100, 500):
        shares = np.bincount(labels[order[:count]], minlength=3) / count
        np.testing.assert_allclose(shares, [0.7, 0.2, 0.1], atol=1.5 / count)


def test_agreement_counts_pairs_that_the_cheap_score_orders_as_the_probe_does(halved):
    _, rounds, _, _ = halved
    first = rounds[0]
    for one in _rounds.agreement(first, "classes"):
        values = {name: scored.values for name, scored in first.scored.items()}
        names = list(values)
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
        products = [
            (values[b]["probe_log_loss"] - values[a]["probe_log_loss"])
            * (values[a][one["score"]] - values[b][one["score"]])
            for a, b in pairs
        ]
        same, other = sum(p > 0 for p in products), sum(p < 0 for p in products)
        assert (one["pairs"], one["agreeing"]) == (10, same)
        # Kendall's tau-b; the probe itself has no ties.
        assert one["tau"] == pytest.approx((same - other) / np.sqrt(10 * (same + other)))
        assert one["agreeing_clear"] <= one["clear"] < 10


def test_the_probe_is_the_one_that_scikit_learn_would_fit(halved):
    made, rounds, _, _ = halved
    rows, good = rounds[-1].rows, made[0]
    labels = np.random.default_rng(0).integers(0, 2, 1600)
    half = np.arange(len(rows)) % 2 == 0
    model = LogisticRegression(max_iter=1000).fit(good.values[rows[half]], labels[rows[half]])
    expected = log_loss(labels[rows[~half]], model.predict_proba(good.values[rows[~half]]))
    measured = rounds[-1].scored["good"].values["probe_log_loss"]
    assert measured == pytest.approx(expected, abs=0.03)


def test_leep_is_there_where_the_source_classifier_is():
    labels = np.random.default_rng(1).integers(0, 2, 300)
    made = Made("classifier", labels, 1.0)
    telling = 1 / (1 + np.exp(-made.values[:, 0]))
    made.answers = lambda rows: np.stack([telling, 1 - telling], axis=1)[rows]
    plain = Made("plain", labels, 1.0)
    rounds, _ = _rounds.run([made, plain], labels, "classes", halving=False, seed=0, told=print)
    assert rounds[0].scored["classifier"].values["leep"] < 0
    assert "leep" not in rounds[0].scored["plain"].values


def test_mistakes_are_told_in_one_message(settings, tmp_path, capsys):
    shared = [f"--task={settings['task']}", f"--data={settings['data']}", "--mode=rank_backbones"]
    shared.append(f"--run_dir={tmp_path / 'run'}")
    assert run.main(shared) == 2
    assert "Expected --backbone" in capsys.readouterr().err
    assert run.main([*shared, f"--backbone={settings['backbone']}", "--tap=polled"]) == 2
    assert "Expected a tap" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    config = RunConfig.read(mode="check_data", task="binary", data=settings["data"])
    with pytest.raises(UserError, match="Expected --backbone"):
        ftkeras.rank_backbones(config)


def test_the_record_is_plain_json(ranked):
    config, record = ranked
    content = json.loads((config.run_dir / "record.json").read_text())
    assert content["analyses"]["ranking"]["best"] == record.analyses["ranking"]["best"]
