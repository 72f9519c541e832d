"""Cleaning from the flag to new data: all parts alike, saved with the run, known to the cache."""

import numpy as np
import pytest

from ftkeras import evaluate, finetune
from ftkeras.config import RunConfig
from ftkeras.data.content_digest import content_digest
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.training.fine_tuned import load
from ftkeras.workflows import _continued_run
from tests.helpers.tiny_backbone import sentences

CLEAN = ["html", "mask(user='')", "whitespace"]


def dirty(path, count, seed):
    """The same sentences in HTML and with names, which the plain ones lack."""
    texts, labels = sentences(count, seed)
    raw = [f"<p>{text.upper() if row % 2 else text}</p> @name{row} &amp;" for row, text in enumerate(texts)]  # fmt: skip
    rows = [f"{text},{('bad', 'good')[label]}" for text, label in zip(raw, labels, strict=True)]
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    return raw, [f"{text.upper() if row % 2 else text} &" for row, text in enumerate(texts)]


@pytest.fixture(scope="module")
def cleaned_run(settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    raw, clean = dirty(folder / "dirty.csv", 120, seed=1)
    changed = {**settings, "data": f"csv(path={str(folder / 'dirty.csv')!r})", "clean": CLEAN}
    changed["phase"] = ["linear_probe(epochs=2, learning_rate=0.05)"]
    config = RunConfig.read(**changed, run_dir=str(folder / "run"))
    assert RunConfig.read(**config.settings()) == config
    return config, finetune(config), dict(zip(raw, clean, strict=True))


def test_the_model_reads_clean_texts_and_ids_are_those_of_the_raw(cleaned_run):
    config, record, clean_of = cleaned_run
    rows = Predictions.read(config.run_dir / "predictions/model.parquet")
    texts = {content_digest("text", raw): clean for raw, clean in clean_of.items()}
    given = [texts[str(id_)] for id_ in rows.ids]
    fine_tuned = load(config.run_dir)
    assert [str(call) for call in fine_tuned.clean] == record.config["clean"] == CLEAN
    plain = type(fine_tuned)(**{**vars(fine_tuned), "clean": ()})
    np.testing.assert_allclose(plain.logits(given), rows.logits, atol=1e-5)
    raw = {clean: text for text, clean in clean_of.items()}
    np.testing.assert_allclose(fine_tuned.logits([raw[text] for text in given]), rows.logits, atol=1e-5)  # fmt: skip


@pytest.mark.slow
def test_new_data_are_cleaned_as_the_run_was(cleaned_run, tmp_path):
    config, _, _ = cleaned_run
    raw, clean = dirty(tmp_path / "new.csv", 50, seed=8)
    asked = RunConfig.read(
        mode="evaluate", run_dir=str(config.run_dir), data=f"csv(path={str(tmp_path / 'new.csv')!r})"
    )  # fmt: skip
    evaluate(asked)
    (found,) = (config.run_dir / "evaluations").glob("*/predictions/model.parquet")
    rows = Predictions.read(found)
    texts = {content_digest("text", text): cleaned for text, cleaned in zip(raw, clean, strict=True)}  # fmt: skip
    fine_tuned = load(config.run_dir)
    plain = type(fine_tuned)(**{**vars(fine_tuned), "clean": ()})
    expected = plain.logits([texts[str(id_)] for id_ in rows.ids])
    np.testing.assert_allclose(expected, rows.logits, atol=1e-5)


@pytest.mark.slow
def test_features_of_clean_and_raw_texts_are_kept_apart(cleaned_run):
    config, _, _ = cleaned_run
    raw = RunConfig.read(**{**config.settings(), "clean": [], "run_dir": str(config.run_dir) + "2"})
    finetune(raw)
    folds = [Predictions.read(run / "predictions/model.parquet").part("test")
             for run in (config.run_dir, raw.run_dir)]  # fmt: skip
    assert folds[0].ids.tolist() == folds[1].ids.tolist()
    assert np.abs(folds[0].logits - folds[1].logits).max() > 1e-3


@pytest.mark.slow
def test_what_cleaning_makes_equal_is_found_before_the_split(settings, tmp_path):
    texts, labels = sentences(60, 1)
    rows = [f"{text} @{name},{label}" for text, label in zip(texts, labels, strict=True)
            for name in ("anna", "bert")]  # fmt: skip
    (tmp_path / "twice.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    changed = {**settings, "data": f"csv(path={str(tmp_path / 'twice.csv')!r})", "clean": ["mask"]}
    changed["phase"] = ["linear_probe(epochs=1)"]
    record = finetune(RunConfig.read(**changed, run_dir=str(tmp_path / "run")))
    assert record.data["dropped"]["repeated"] == 60


def test_a_wrong_step_is_refused_when_the_flags_are_read(settings):
    with pytest.raises(UserError, match=r"--clean.*Did you mean 'whitespace'"):
        RunConfig.read(**settings, clean=["whitspace"], run_dir="no/such")


def test_what_goes_on_from_a_run_cleans_as_it_did(cleaned_run, tmp_path):
    config, _, _ = cleaned_run
    going_on = {**config.settings(), "backbone": f"keras://{config.run_dir / 'model.keras'}",
                "clean": [], "run_dir": str(tmp_path / "on")}  # fmt: skip
    assert _continued_run.inherited(RunConfig.read(**going_on)).clean == config.clean
    same = RunConfig.read(**{**going_on, "clean": CLEAN})
    assert _continued_run.inherited(same) == same
    other = RunConfig.read(**{**going_on, "clean": ["lowercase"]})
    with pytest.raises(UserError, match=r"clean=html, mask.*Received: --clean=lowercase"):
        finetune(other)
    plain = RunConfig.read(**{**config.settings(), "clean": []})
    assert _continued_run.inherited(plain) == plain
    two = [str(config.backbone), going_on["backbone"]]
    both = RunConfig.read(**{**going_on, "mode": "rank_backbones", "backbone": two})
    with pytest.raises(UserError, match=r"Expected --clean, for keras://"):
        _continued_run.inherited(both)
