"""LEEP on a real classifier: EfficientNet-Lite0, whose 1000 classes answer for digits."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

import ftkeras
from ftkeras.config import RunConfig
from ftkeras.data.sources import image_folder
from ftkeras.records import split_table

ASSETS = Path(__file__).parents[2] / "experiments/assets/fetched"
LITE0 = ASSETS / "lite0/efficientnet_lite0.keras"


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Thirty digits of each of three classes."""
    folder = tmp_path_factory.mktemp("digits")
    for name in ("0", "1", "7"):
        (folder / name).mkdir()
        for file in sorted((ASSETS / "digits" / name).iterdir())[:30]:
            shutil.copy(file, folder / name)
    return folder


def leep(answers, labels):
    """By the sums of the paper, one by one."""
    n, sources, total = len(labels), answers.shape[1], 0.0
    joint = {(y, z): 0.0 for y in set(labels) for z in range(sources)}
    for q, y in zip(answers, labels, strict=True):
        for z in range(sources):
            joint[y, z] += q[z] / n
    marginal = [sum(joint[y, z] for y in set(labels)) for z in range(sources)]
    for q, y in zip(answers, labels, strict=True):
        total += math.log(sum(joint[y, z] / marginal[z] * q[z] for z in range(sources)))
    return total / n


@pytest.mark.slow
def test_the_classes_of_a_real_classifier_are_scored(digits, tmp_path):
    given = {"mode": "rank_backbones", "backbone": str(LITE0), "task": "multiclass",
             "data": f"image_folder(path={str(digits)!r})", "image_size": 96, "seed": 1,
             "cache_dir": str(tmp_path / "cache")}  # fmt: skip
    config = RunConfig.read(**given, run_dir=str(tmp_path / "run"))
    record = ftkeras.rank_backbones(config)
    rows = {row["kind"]: row for row in record.analyses["ranking"]["candidates"]}
    found = rows["backbone"]["scores"]["leep"]
    backbone = ftkeras.load_backbone(str(LITE0), image_size=96, classifier=True)
    train = set(split_table.read(tmp_path / "run/split.parquet")["train"])
    dataset = image_folder.build(path=str(digits))
    kept = [row for row, id_ in enumerate(dataset.ids) if id_ in train]
    pictures = backbone.preprocess([dataset.inputs[row] for row in kept]).arrays
    answers = np.asarray(backbone.model(next(iter(pictures.values())))["class_probabilities"])
    assert answers.shape == (len(kept), 1000)
    expected = leep(answers.astype("float64"), [str(dataset.labels[row]) for row in kept])
    assert found["value"] == pytest.approx(expected, abs=1e-4)
    assert found["value"] > -math.log(3)  # it says more than that there are three classes
