"""The shape and the states are tested beside `token_level`, which it shares them with."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_head


def test_a_softmax_over_the_positions_gives_padding_nothing():
    generator = np.random.default_rng(0)
    mask = keras.Input((None,), dtype="int32")
    head = build_head((None, 8), Call("answer_span"), 2, 0, mask)
    states = generator.normal(size=(2, 5, 8)).astype("float32")
    there = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], "int32")
    chances = softmax(np.asarray(head([states, there])), axis=1)
    alone = softmax(np.asarray(head([states[:1, :3], there[:1, :3]])), axis=1)
    np.testing.assert_allclose(chances[0, :3], alone[0], atol=1e-7)
    assert (chances[0, 3:] == 0).all()


def test_a_span_has_two_ends():
    with pytest.raises(UserError, match="num_outputs=3"):
        build_head((None, 8), Call("answer_span"), num_outputs=3, seed=0)
