"""Pairs of texts, tables and several inputs at once, from a file to a finished run."""

import numpy as np
import pytest

from ftkeras import finetune
from ftkeras.config import RunConfig
from ftkeras.data.sources.csv import build
from ftkeras.errors import UserError
from ftkeras.records import split_table
from ftkeras.records.predictions import Predictions
from ftkeras.training.fine_tuned import load
from ftkeras.workflows import _frozen
from tests.helpers.made_files import several_inputs

N = 120
PROBE = ["linear_probe(epochs=4, learning_rate=0.05)"]


@pytest.fixture(scope="module")
def own(tmp_path_factory, preset):
    return {
        **several_inputs(tmp_path_factory.mktemp("several"), N),
        "text": str(preset), "cache_dir": str(tmp_path_factory.mktemp("cache")),
    }  # fmt: skip


def run(own, run_dir, **settings):
    config = RunConfig.read(
        **{"task": "binary", "cache_dir": own["cache_dir"], "phase": PROBE, **settings},
        run_dir=str(run_dir),
    )
    return finetune(config), Predictions.read(run_dir / "predictions/model.parquet").part("test")


def check_again(run_dir, values, ids, rows):
    """A finished run answers the same from its own files."""
    order = {id_: index for index, id_ in enumerate(ids)}
    mine = [values[order[id_]] for id_ in rows.ids]
    np.testing.assert_allclose(load(run_dir).logits(mine), rows.logits, atol=1e-5)


def several(own, **more):
    return {"backbone": [f"text={own['text']}", f"image={own['image']}",
                         "tabular=tabular://one_hot"],
            "data": f"csv(path={own['both']!r}, text='text', image='file', numbers='age,income',"
                    " categories='city')", **more}  # fmt: skip


@pytest.mark.parametrize(
    "pair", ["two_towers", pytest.param("cross_encoder", marks=pytest.mark.slow)]
)
def test_pairs_of_texts_are_fine_tuned_and_answer_again(own, pair, tmp_path):
    data = f"csv(path={own['pairs']!r}, text='a', second_text='b')"
    record, rows = run(own, tmp_path / "run", backbone=own["text"], data=data, pair=pair)
    assert record.backbone["handle"] == f"{pair}://preset://{own['text']}"
    assert record.data["modality"] == "text_pair"
    assert "tfidf_pair_logistic_regression" in record.measurements["test"]
    assert record.passes["computed"] == N - sum(record.data["dropped"].values())
    dataset = build(own["pairs"], text="a", second_text="b")
    check_again(tmp_path / "run", dataset.inputs, dataset.ids, rows)
    again = RunConfig.read(**record.config)
    assert again.settings() == record.config


@pytest.mark.slow
def test_a_table_is_fitted_on_its_training_part_alone(own, tmp_path):
    given = {"numbers": "age,income", "categories": "city"}
    data = f"csv(path={own['table']!r}, numbers='age,income', categories='city')"
    record, rows = run(own, tmp_path / "run", backbone="tabular://one_hot", data=data)
    assert {"columns_logistic_regression", "columns_gradient_boosting"} <= set(
        record.measurements["test"]
    )
    dataset = build(own["table"], **given)
    check_again(tmp_path / "run", dataset.inputs, dataset.ids, rows)
    train = split_table.read(tmp_path / "run/split.parquet")["train"]
    ages = [
        row["age"] for row, id_ in zip(dataset.inputs, dataset.ids, strict=True) if id_ in train
    ]
    mean, deviation = load(tmp_path / "run").preprocess.numbers["age"]
    np.testing.assert_allclose([mean, deviation], [np.nanmean(ages), np.nanstd(ages)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "phases"),
    [
        ("gated_fusion(units=8)", PROBE),
        pytest.param(
            "concatenation(units=8)",
            [*PROBE, "top_blocks(count=1, epochs=2, learning_rate=0.001)"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_several_backbones_are_fine_tuned_and_answer_again(own, head, phases, tmp_path):
    record, rows = run(own, tmp_path / "run", head=head, phase=phases, **several(own))
    assert record.backbone["handle"].startswith("multimodal://text=")
    assert {"tfidf_logistic_regression", "pixels_logistic_regression",
            "columns_gradient_boosting", "majority"} <= set(record.measurements["test"])  # fmt: skip
    dataset = build(own["both"], text="text", image="file", numbers="age,income", categories="city")
    check_again(tmp_path / "run", dataset.inputs, dataset.ids, rows)


@pytest.mark.slow
def test_one_part_alone_can_be_tapped(own, tmp_path):
    record, _ = run(own, tmp_path / "run", tap="image", **several(own))
    assert record.backbone["tap"] == "image"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"backbone": "{text}", "data": "{both}, text='text')", "pair": "two_towers"},
         "no pairs of texts"),
        ({"backbone": ["image={image}", "text={text}"], "data": "{pairs}, text='a', second_text='b')"},
         "reads multimodal|part"),
        ({"backbone": ["text={text}"], "data": "{both}, text='text', image='file')"}, "one for text"),
    ],
)  # fmt: skip
def test_backbones_that_do_not_fit_the_inputs_are_refused(own, settings, says, tmp_path):
    def filled(value):
        if isinstance(value, list):
            return [filled(each) for each in value]
        for name, path in own.items():
            given = path if name in ("text", "image") else f"csv(path={path!r}"
            value = value.replace(f"{{{name}}}", given)
        return value

    settings = {key: filled(value) for key, value in settings.items()}
    common = {"task": "binary", "cache_dir": str(tmp_path), "run_dir": str(tmp_path / "run")}
    config = RunConfig.read(**common, **settings)
    with pytest.raises(UserError, match=says):
        finetune(config)


def test_a_table_needs_no_backbone_and_one_beside_a_text_is_added(own):
    data = f"csv(path={own['table']!r}, numbers='age')"
    config = RunConfig.read(task="binary", data=data, run_dir="runs/x")
    assert str(config.backbone) == "tabular://one_hot"
    config = RunConfig.read(task="multiclass", data="scikit_learn(name='iris')", run_dir="runs/x")
    assert str(config.backbone) == "tabular://one_hot"
    with pytest.raises(UserError, match="--backbone"):
        RunConfig.read(task="multiclass", data="scikit_learn", run_dir="runs/x")
    both = build(own["both"], text="text", numbers="age")
    config = RunConfig.read(task="binary", data=data, backbone=own["text"], run_dir="runs/x")
    backbone = _frozen.load(config, both.modality, train=both)
    assert str(backbone.handle) == (
        f"multimodal://text=preset://{own['text']},tabular=tabular://one_hot"
    )
