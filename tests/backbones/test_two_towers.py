import keras
import numpy as np
import pytest

from ftkeras import load_backbone
from ftkeras.backbones import preprocessing, random_twin
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_model, features_model, freeze
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.partial import PartialModel
from tests.helpers.made_parts import silent
from tests.helpers.made_rows import pairs


@pytest.fixture(scope="module")
def towers(transformers_preset):
    return load_backbone(f"two_towers://{transformers_preset}")


VALUES = pairs(12)[0]


def side_by_side(one, tap, values):
    """Each text in a pass of its own; the comparison in float64."""
    u, v = (
        np.concatenate([np.asarray(one.model(one.preprocess([x]).arrays)[tap]) for x in texts])
        for texts in zip(*values, strict=True)
    )
    return np.concatenate([u, v, abs(u - v), u * v], axis=1)


def test_features_are_those_of_separate_passes(transformers_preset, towers):
    one = load_backbone(str(transformers_preset))
    encoded = towers.preprocess(VALUES)
    outputs = towers.model(encoded.arrays)
    assert towers.taps == tuple(tap for tap in one.taps if tap != "sequence")
    for tap in towers.taps:
        np.testing.assert_allclose(outputs[tap], side_by_side(one, tap, VALUES), atol=1e-6)
    assert (encoded.lengths == [max(*one.preprocess(list(p)).lengths) for p in VALUES]).all()


def test_both_towers_are_one_set_of_weights(transformers_preset, towers):
    one = load_backbone(str(transformers_preset))
    assert towers.model.count_params() == one.model.count_params()
    assert [block.name for block in towers.blocks] == [block.name for block in one.blocks]


def test_the_cache_holds_the_same_features(towers, tmp_path):
    ids = np.array([str(i) for i in range(len(VALUES))])
    cached = FeatureCache(tmp_path, towers, "mean_pooled").features(ids, VALUES)
    direct = features_model(towers)(towers.preprocess(VALUES).arrays)
    np.testing.assert_allclose(cached, direct, atol=1e-6)


def test_the_upper_blocks_train_on_kept_states_of_both_texts(towers, tmp_path):
    model = build_model(towers)
    freeze(towers, Call("top_blocks", {"count": 1}))
    partial = PartialModel(model, towers, tmp_path, "float32")
    ids = np.array([str(i) for i in range(len(VALUES))])
    parts = {"train": (ids, VALUES, np.zeros(len(VALUES), "int64"))}
    found = partial.prepare(parts, silent)["train"]
    assert partial.on_states
    assert len(partial.halves.crossing) == 2
    rows = np.array([3, 0, 7])
    direct = model(towers.preprocess([VALUES[row] for row in rows]).arrays)
    np.testing.assert_allclose(partial.model(found.take(rows)), direct, atol=1e-5)


def test_a_saved_model_and_its_preprocessing_answer_the_same(towers, tmp_path):
    model = build_model(towers)
    model.save(tmp_path / "model.keras")
    towers.preprocess.save(tmp_path)
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    encoded = preprocessing.load(tmp_path)(VALUES)
    np.testing.assert_array_equal(again(encoded.arrays), model(towers.preprocess(VALUES).arrays))


def test_the_fingerprint_knows_the_weights_and_the_twin_has_others(transformers_preset, towers):
    assert load_backbone(f"two_towers://{transformers_preset}").fingerprint == towers.fingerprint
    twin = random_twin(towers)
    assert twin.fingerprint != towers.fingerprint
    assert twin.model.count_params() == towers.model.count_params()


@pytest.mark.slow
def test_every_weight_that_a_tap_needs_learns(towers):
    freeze(towers, Call("everything"))
    model = build_model(towers)
    model.compile(keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True))
    before = [np.array(weight) for weight in model.trainable_weights]
    model.fit(towers.preprocess(VALUES).arrays, pairs(12)[1], verbose=0)
    still = [
        weight.path
        for weight, old in zip(model.trainable_weights, before, strict=True)
        if (np.asarray(weight) == old).all() and not weight.path.endswith("key/bias")
    ]
    assert still == []


@pytest.mark.parametrize(
    ("values", "says"), [(["good"], "value 0 is 'good'"), ([("a", None)], "None"), ([], "at least")]
)
def test_what_is_no_pair_is_refused(towers, values, says):
    with pytest.raises(UserError, match=says):
        towers.preprocess(values)
