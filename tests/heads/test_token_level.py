"""Heads that answer at every position: tags of tokens, begin and end of an answer."""

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.heads.answer_span import AnswerSpan
from ftkeras.heads.token_level import TokenLevel
from ftkeras.model import build_model, freeze
from ftkeras.training.partial import PartialModel
from ftkeras.training.recipe import Part
from tests.helpers.made_parts import silent
from tests.helpers.tiny_backbone import sentences, text_backbone

HEADS = {"token_level": (TokenLevel, 0.0), "answer_span": (AnswerSpan, -3e4)}


class TwoOutputs:
    """As much of a task as building a model asks for."""

    def num_outputs(self, num_classes):
        return 2


@pytest.mark.parametrize("name", HEADS)
def test_each_position_is_a_dense_layer_of_its_own_state(name, tmp_path):
    padding = HEADS[name][1]
    backbone = text_backbone()
    model = build_model(backbone, TwoOutputs(), head=name)
    x = backbone.preprocess(sentences(6)[0]).arrays
    states = np.asarray(backbone.model(x)["sequence"], "float64")
    kernel, bias = model.get_layer("head").get_weights()
    there = x["padding_mask"][..., None] > 0
    expected = np.where(there, states @ kernel + bias, padding)
    np.testing.assert_allclose(model(x), expected, atol=1e-5)
    assert not there.all()
    assert model(x).dtype == "float32"
    longer = {key: np.pad(array, [(0, 0), (0, 7)]) for key, array in x.items()}
    padded = np.asarray(model(longer))
    np.testing.assert_allclose(padded[:, :-7], expected, atol=1e-5)
    np.testing.assert_array_equal(padded[:, -7:], padding)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(again(x), model(x))


@pytest.mark.parametrize("name", HEADS)
def test_features_without_positions_are_refused(name):
    with pytest.raises(UserError, match="Leave --tap out"):
        build_model(text_backbone(), TwoOutputs(), head=name, tap="mean_pooled")


@pytest.mark.parametrize("name", HEADS)
def test_a_rate_out_of_range_is_refused(name):
    with pytest.raises(UserError, match="dropout=1"):
        HEADS[name][0](dropout=1)


def part(n, seed):
    texts, _ = sentences(n, seed)
    values = np.array(texts, dtype=object)
    return Part(np.array([f"{seed}-{i}" for i in range(n)]), values, np.zeros((n, 64), "int64"))


@pytest.mark.parametrize("name", HEADS)
def test_a_frozen_backbone_runs_once_and_the_head_reads_its_kept_states(name, tmp_path):
    backbone = text_backbone()
    model = build_model(backbone, TwoOutputs(), head=name)
    freeze(backbone, Call("linear_probe"))
    partial = PartialModel(model, backbone, tmp_path, "float32")
    train = part(24, 1)
    found = partial.prepare(
        {"train": (train.ids, train.values.tolist(), train.labels)},
        silent,
    )["train"]
    assert partial.on_states
    assert sum(w.shape.num_elements() for w in partial.model.weights) == 8 * 2 + 2
    rows = np.array([3, 0, 17, 8])
    taken = found.take(rows)
    encoded = backbone.preprocess([train.values[row] for row in rows])
    length = taken["padding_mask"].shape[1]
    direct = model(encoded.take(np.arange(4), length))
    np.testing.assert_allclose(partial.model(taken), direct, atol=1e-5)
