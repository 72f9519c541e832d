"""On real weights and real inputs: the same bits in any company, and the right numbers."""

import csv

import keras
import numpy as np
import pytest

from experiments.assets.catalogue import FETCHED
from ftkeras.backbones import load_backbone
from ftkeras.training import feature_batches
from ftkeras.training.feature_pass import FeaturePass

pytestmark = pytest.mark.slow
SHAPE = feature_batches.shape_for("cpu")


def tweets():
    with (FETCHED / "tweets" / "tweets.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)][:300]


def digits():
    return [str(path) for path in sorted((FETCHED / "digits").glob("*/*.png"))[::40]]


CASES = {
    "minilm": (FETCHED / "minilm", {"sequence_length": 128}, tweets),
    "lite0": (FETCHED / "lite0" / "efficientnet_lite0.keras", {"image_size": 96}, digits),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    path, sizes, values = CASES[request.param]
    backbone = load_backbone(str(path), **sizes)
    return backbone, values(), FeaturePass(backbone, backbone.taps[0], SHAPE)


def collect(pass_, values):
    found = {}
    for rows, features in pass_(values):
        found.update(zip(rows.tolist(), features, strict=True))
    return np.stack([found[row] for row in range(len(values))])


def test_bits_do_not_depend_on_company_or_order(case):
    _, values, pass_ = case
    whole = collect(pass_, values)
    generator = np.random.default_rng(0)
    for size in (1, 3, 17, 40, len(values)):
        chosen = generator.choice(len(values), size, replace=False)
        assert (collect(pass_, [values[row] for row in chosen]) == whole[chosen]).all()


def test_features_are_those_of_each_example_alone(case):
    backbone, values, pass_ = case
    outputs = []
    for value in values[:20]:
        arrays = backbone.preprocess([value]).arrays
        inputs = arrays if isinstance(backbone.model.input, dict) else next(iter(arrays.values()))
        outputs.append(backbone.model(inputs, training=False)[backbone.taps[0]])
    alone = keras.ops.convert_to_numpy(keras.ops.concatenate(outputs))
    np.testing.assert_allclose(collect(pass_, values[:20]), alone, atol=1e-5)
