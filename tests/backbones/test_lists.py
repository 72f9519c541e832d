import keras
import numpy as np
import pytest

from ftkeras import load_backbone
from ftkeras.backbones import preprocessing, random_twin
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_model, freeze
from ftkeras.training.partial import PartialModel
from tests.helpers.made_parts import silent
from tests.helpers.made_rows import pairs

PAIRS = pairs(9)[0]
VALUES = [tuple(PAIRS[:4]), tuple(PAIRS[4:5]), tuple(PAIRS[5:])]


@pytest.fixture(scope="module")
def lists(transformers_preset):
    return load_backbone(f"lists://two_towers://{transformers_preset}")


@pytest.fixture(scope="module")
def ranker(lists):
    return build_model(lists, "ranking", num_classes=1, head="token_level(dropout=0.0)")


def test_items_are_read_as_if_each_stood_alone(transformers_preset, lists):
    one = load_backbone(f"two_towers://{transformers_preset}")
    found = np.asarray(lists.model(lists.preprocess(VALUES).arrays)["sequence"])
    assert found.shape == (3, 4, one.model.output["mean_pooled"].shape[-1])
    for row, value in enumerate(VALUES):
        alone = np.asarray(one.model(one.preprocess(list(value)).arrays)["mean_pooled"])
        np.testing.assert_allclose(found[row, : len(value)], alone, atol=1e-6)
        assert (found[row, len(value) :] == 0).all()


def test_the_mean_is_that_of_the_items_that_are_there(lists):
    outputs = lists.model(lists.preprocess(VALUES).arrays)
    sequence, mean = np.asarray(outputs["sequence"]), np.asarray(outputs["mean_pooled"])
    np.testing.assert_allclose(mean[0], sequence[0].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(mean[1], sequence[1, 0], atol=1e-6)


def test_a_list_is_scored_alike_whatever_stands_beside_it(lists, ranker):
    together = np.asarray(ranker(lists.preprocess(VALUES).arrays))
    assert together.shape == (3, 4, 1)
    for row, value in enumerate(VALUES):
        alone = np.asarray(ranker(lists.preprocess([value]).arrays))
        np.testing.assert_allclose(together[row, : len(value)], alone[0], atol=1e-6)


def test_the_order_of_items_is_the_order_of_scores(lists, ranker):
    forwards = np.asarray(ranker(lists.preprocess([VALUES[0]]).arrays))
    backwards = np.asarray(ranker(lists.preprocess([VALUES[0][::-1]]).arrays))
    np.testing.assert_allclose(forwards[0, ::-1], backwards[0], atol=1e-6)


def test_a_frozen_backbone_reads_each_list_once(lists, ranker, tmp_path):
    freeze(lists, Call("linear_probe"))
    partial, found = prepared(lists, ranker, tmp_path)
    assert partial.on_states
    rows = np.array([2, 0])
    direct = ranker(lists.preprocess([VALUES[row] for row in rows]).arrays)
    kept = np.asarray(partial.model(found.take(rows)))
    np.testing.assert_allclose(kept[:, : direct.shape[1]], direct, atol=1e-5)


def test_states_of_items_inside_a_thawed_backbone_are_not_kept(lists, ranker, tmp_path):
    freeze(lists, Call("top_blocks", {"count": 1}))
    partial, found = prepared(lists, ranker, tmp_path)
    assert not partial.on_states
    given = found.take(np.array([1, 2]))
    np.testing.assert_allclose(partial.model(given), ranker(given), atol=1e-5)


def prepared(backbone, model, directory):
    partial = PartialModel(model, backbone, directory, "float32")
    ids = np.array([str(row) for row in range(len(VALUES))])
    parts = {"train": (ids, list(VALUES), np.zeros((len(VALUES), 4)))}
    return partial, partial.prepare(parts, silent)["train"]


def test_a_saved_ranker_and_its_preprocessing_answer_the_same(lists, ranker, tmp_path):
    ranker.save(tmp_path / "model.keras")
    lists.preprocess.save(tmp_path)
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    encoded = preprocessing.load(tmp_path)(VALUES)
    direct = ranker(lists.preprocess(VALUES).arrays)
    np.testing.assert_allclose(again(encoded.arrays), direct, atol=1e-6)


@pytest.mark.parametrize(
    ("values", "says"), [(["ab"], "value 0 is 'ab'"), ([()], "value 0"), ([], "at least one")]
)
def test_what_is_no_list_is_refused(lists, values, says):
    with pytest.raises(UserError, match=says):
        lists.preprocess(values)


def test_blocks_hold_what_is_read_and_nothing_else(transformers_preset, lists):
    alone = load_backbone(f"lists://preset://{transformers_preset}")
    for backbone in (lists, alone):
        held = [id(layer) for block in backbone.blocks for layer in block.layers]
        weights = {
            weight.path
            for block in backbone.blocks
            for layer in block.layers
            for weight in layer.weights
        }
        assert len(set(held)) == len(held)
        assert weights == {weight.path for weight in backbone.model.weights}
    assert len(random_twin(alone, seed=1).blocks) == len(alone.blocks)
