"""The search's memory, without anything to train."""

import sys

import numpy as np
import pytest

from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.workflows import _study
from ftkeras.workflows._study import Study


def config(tmp_path, **changes):
    given = {
        "mode": "tune", "task": "binary", "data": "csv(path='x.csv')", "backbone": "preset://a",
        "run_dir": str(tmp_path / "run"), "seed": 4,
        "search": ["learning_rate=loguniform(1e-4, 1.0)", "epochs=integers(1, 30)",
                   "head=choice('linear', 'mlp')", "head.dropout=uniform(0.0, 0.5)"],
    }  # fmt: skip
    return RunConfig.read(**{**given, **changes})


def opened(tmp_path, **changes):
    return Study(config(tmp_path, **changes), "digest", "min", heartbeat=60)


def answers(values, tell):
    return np.full((5, 1), values["phase.learning_rate"], "float32")


def loss(logits):
    return float(abs(logits[0, 0] - 0.1))


def test_values_are_drawn_inside_their_bounds_and_the_answers_come_back(tmp_path):
    study = opened(tmp_path)
    for _ in range(12):
        study.run_one(answers, loss)
    for trial in study.complete():
        assert 1e-4 <= trial.params["phase.learning_rate"] <= 1.0
        assert trial.params["phase.epochs"] in range(1, 31)
        assert trial.params["head"] in ("linear", "mlp")
        np.testing.assert_array_equal(
            _study.logits_of(trial), np.full((5, 1), trial.params["phase.learning_rate"], "float32")
        )
        assert trial.value == pytest.approx(abs(trial.params["phase.learning_rate"] - 0.1))
    assert len(study.finished()) == 12


def test_large_answers_are_cut_into_texts_that_any_database_holds(tmp_path):
    logits = np.random.default_rng(0).normal(size=(30_000, 2)).astype("float32")
    study = opened(tmp_path)
    study.run_one(lambda values, tell: logits, lambda found: 1.0)
    trial = study.complete()[0]
    np.testing.assert_array_equal(_study.logits_of(trial), logits)
    assert trial.user_attrs["logits_chunks"] > 3
    assert max(len(v) for v in trial.user_attrs.values() if isinstance(v, str)) <= 60_000


def test_the_same_settings_join_and_others_do_not(tmp_path):
    one = opened(tmp_path)
    one.run_one(answers, loss)
    assert len(opened(tmp_path, trials=99).finished()) == 1
    assert opened(tmp_path, seed=5).finished() == []
    assert Study(config(tmp_path), "other data", "min", 60).finished() == []


def test_one_worker_draws_the_same_again_and_two_never_the_same(tmp_path):
    def drawn(place, workers):
        studies = [opened(place) for _ in range(workers)]
        for turn in range(6):
            studies[turn % workers].run_one(answers, loss)
        return [trial.params for trial in studies[0].trials()]

    alone, again, together = (
        drawn(tmp_path / name, n) for name, n in zip("abc", (1, 1, 2), strict=True)
    )
    assert alone == again
    assert len({str(params) for params in together}) == 6


def test_a_curve_worse_than_the_median_is_stopped(tmp_path):
    study, reached = opened(tmp_path), []

    def objective(values, tell):
        bad = len(study.trials()) > 6
        for epoch in range(10):
            tell(epoch, 9.0 if bad else 1.0 / (1 + epoch))
            reached.append((bad, epoch))
        return answers(values, tell)

    for _ in range(8):
        study.run_one(objective, loss)
    assert max(epoch for bad, epoch in reached if not bad) == 9
    assert max(epoch for bad, epoch in reached if bad) < 4
    assert [trial.state.name for trial in study.trials()].count("PRUNED") == 2
    assert len(study.finished()) == 8
    assert len(study.complete()) == 6


def test_a_mistake_of_a_trial_is_remembered_and_the_search_goes_on(tmp_path):
    study = opened(tmp_path)

    def fails(values, tell):
        raise UserError("Expected something. Received: this.")

    study.run_one(fails, loss)
    study.run_one(answers, loss)
    assert [t.user_attrs.get("error") for t in study.finished()] == [
        "Expected something. Received: this.", None,
    ]  # fmt: skip


def test_an_interrupt_keeps_what_is_done_and_does_not_count(tmp_path):
    study = opened(tmp_path)
    study.run_one(answers, loss)

    def interrupted(values, tell):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study.run_one(interrupted, loss)
    again = opened(tmp_path)
    assert len(again.finished()) == 1
    assert len(again.trials()) == 2


def test_only_one_place_opens_the_test_part_for_a_winner(tmp_path):
    shared = f"sqlite:///{tmp_path / 'shared.db'}"
    here = opened(tmp_path, storage=shared)
    there = opened(tmp_path, storage=shared, run_dir=str(tmp_path / "elsewhere"))
    assert here.claim(3) == ""
    assert here.claim(3) == ""
    assert there.claim(3).endswith(str(tmp_path / "run"))
    assert there.claim(4) == ""


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/study.db", "nosuch://host/name", "not a url"]
)
def test_a_database_that_cannot_be_reached_is_told(tmp_path, url):
    with pytest.raises(UserError, match="Expected --storage") as error:
        opened(tmp_path, storage=url)
    assert url in str(error.value)


def test_without_optuna_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UserError, match=r"pip install ftkeras\[tune\]"):
        opened(tmp_path)
