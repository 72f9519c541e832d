"""Pairs of texts as packed here, against transformers on the same files."""

import numpy as np
import pytest

from ftkeras import load_backbone
from tests.backbones.test_minilm_slow import MINILM, TEXTS
from tests.helpers import tiny_roberta

pytestmark = pytest.mark.slow
PAIRS = [(first, second) for first in TEXTS for second in TEXTS[::-1] if first != second]


@pytest.mark.parametrize("length", [9, 10, 31, 32, 128])
def test_packed_pairs_are_those_of_transformers_token_for_token(transformers, length):
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM)
    first, second = (list(side) for side in zip(*PAIRS, strict=True))
    expected = tokenizer(
        first, second, padding=True, truncation=True, max_length=length, return_tensors="np"
    )
    preprocess = load_backbone(f"cross_encoder://{MINILM}", sequence_length=length).preprocess
    arrays = preprocess(PAIRS).arrays
    np.testing.assert_array_equal(arrays["token_ids"], expected["input_ids"])
    np.testing.assert_array_equal(arrays["segment_ids"], expected["token_type_ids"])
    np.testing.assert_array_equal(arrays["padding_mask"], expected["attention_mask"])
    assert preprocess.num_truncated > 0


def test_hidden_states_of_packed_pairs_are_those_of_transformers(transformers):
    import torch

    backbone = load_backbone(f"cross_encoder://{MINILM}", sequence_length=64)
    some = PAIRS[::11]
    arrays = backbone.preprocess(some).arrays
    given = {name: torch.tensor(array).long() for name, array in arrays.items()}
    reference = transformers.AutoModel.from_pretrained(MINILM).eval()
    with torch.no_grad():
        expected = reference(
            input_ids=given["token_ids"],
            attention_mask=given["padding_mask"],
            token_type_ids=given["segment_ids"],
        ).last_hidden_state.numpy()
    found = np.asarray(backbone.model(arrays)["sequence"])
    there = arrays["padding_mask"] > 0
    np.testing.assert_allclose(found[there], expected[there], atol=1e-5)


@pytest.mark.parametrize("length", [11, 12, 64])
def test_roberta_gets_its_double_separator(tmp_path, length):
    tokenizer = tiny_roberta.write(tmp_path, TEXTS, vocabulary=400)
    first, second = (list(side) for side in zip(*PAIRS, strict=True))
    expected = tokenizer(
        first, second, padding=True, truncation=True, max_length=length, return_tensors="np"
    )
    preprocess = load_backbone(f"cross_encoder://{tmp_path}", sequence_length=length).preprocess
    arrays = preprocess(PAIRS).arrays
    np.testing.assert_array_equal(arrays["padding_mask"], expected["attention_mask"])
    np.testing.assert_array_equal(arrays["token_ids"], expected["input_ids"])
    assert preprocess.text.separator == (2, 2)


def test_two_towers_of_real_weights_are_separate_passes():
    one, both = load_backbone(str(MINILM)), load_backbone(f"two_towers://{MINILM}")
    some = [pair for pair in PAIRS if all(pair)][::13]
    u, v = (
        np.concatenate([np.asarray(one.model(one.preprocess([text]).arrays)["mean_pooled"])
                        for text in side])
        for side in zip(*some, strict=True)
    )  # fmt: skip
    found = both.model(both.preprocess(some).arrays)["mean_pooled"]
    np.testing.assert_allclose(found, np.hstack([u, v, abs(u - v), u * v]), atol=2e-6)
