"""Augmentation from the flag to the record; validation and test are the same examples as ever."""

import pytest

from ftkeras import cross_validate, finetune
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.workflows import _augmentation

EDIT = ["edit_words(delete=0.2)"]


@pytest.mark.slow
def test_a_frozen_run_says_what_its_views_cost(settings, finished, tmp_path, capsys):
    changed = {**settings, "augment": EDIT, "views": 3}
    changed["phase"] = ["linear_probe(epochs=3, learning_rate=0.05)"]
    config = RunConfig.read(**changed, run_dir=str(tmp_path / "run"))
    assert RunConfig.read(**config.settings()) == config
    record = finetune(config)
    train = record.split["counts"]["train"]
    said = record.analyses["augmentation"]
    assert (said["steps"], said["views"], said["soft_labels"]) == (EDIT, 3, False)
    assert f"{3 * train:,} passes instead of {train:,}" in said["cost"]
    assert "Thawed" not in said["cost"]
    assert said["cost"] in " ".join(capsys.readouterr().err.split())
    assert record.passes["computed"] >= 3 * train
    plain = Predictions.read(finished[0] / "predictions/model.parquet")
    judged = Predictions.read(tmp_path / "run/predictions/model.parquet")
    for part in ("validation", "test"):
        assert judged.part(part).ids.tolist() == plain.part(part).ids.tolist()


def test_without_augmentation_nothing_is_said_and_no_flag_is_written(settings, finished):
    assert "augmentation" not in finished[1].analyses
    assert "views" not in RunConfig.read(**settings, run_dir="no/such").settings()


@pytest.mark.slow
def test_folds_are_augmented_one_after_the_other(settings, tmp_path):
    changed = {
        **settings,
        "mode": "cross_validate",
        "augment": EDIT,
        "folds": "stratified(folds=2)",
    }
    changed["phase"] = ["linear_probe(epochs=1)"]
    record = cross_validate(RunConfig.read(**changed, run_dir=str(tmp_path / "run")))
    assert record.config["augment"] == EDIT


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"augment": ["edit_wrods"]}, "--augment.*Did you mean 'edit_words'"),
     ({"augment": EDIT, "views": 0}, "--views: Expected an integer >= 1")],
)  # fmt: skip
def test_wrong_settings_are_refused_when_the_flags_are_read(settings, changes, says):
    with pytest.raises(UserError, match=says):
        RunConfig.read(**settings, **changes, run_dir="no/such")


def test_what_does_not_fit_is_refused_before_any_work(settings, tmp_path):
    config = RunConfig.read(**{**settings, "task": "regression"}, augment=["mix_up"], run_dir="no")
    with pytest.raises(UserError, match=r"one label among classes for --augment=mix_up"):
        _augmentation.check(config)
    config = RunConfig.read(**settings, augment=["edit_words(delete=0.0, swap=0.0)"], run_dir="no")
    with pytest.raises(UserError, match=r"--augment: Expected a share above 0"):
        _augmentation.check(config)
    config = RunConfig.read(**settings, augment=["flip"], run_dir=str(tmp_path / "run"))
    with pytest.raises(UserError, match="augmentation of text"):
        _augmentation.of(config, 2, "text")


@pytest.mark.parametrize(
    ("task", "step", "fits"),
    [("object_detection", "flip", True), ("object_detection", "colour(hue=0.1)", True),
     ("token_classification", "edit_words", False)],
)  # fmt: skip
def test_what_moves_places_is_refused_where_answers_are_places(settings, task, step, fits):
    config = RunConfig.read(**{**settings, "task": task}, augment=[step], run_dir="no")
    if fits:
        _augmentation.check(config)
        return
    with pytest.raises(UserError, match=r"moves nothing for --task=.*take one of: colour"):
        _augmentation.check(config)
