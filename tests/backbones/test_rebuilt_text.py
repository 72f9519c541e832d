"""Families built again here, against their papers' formulas written in NumPy, one text at a time."""

import keras
import numpy as np
import pytest

from ftkeras.backbones import _rebuilt_text, _text_preset
from tests.backbones import tiny_families as families

LENGTHS = (7, 4, 1)


def drawn(family):
    keras.utils.set_random_seed(0)
    backbone = families.REBUILT[family]()
    generator = np.random.default_rng(0)
    for weight in backbone.weights:
        norm = weight.name in ("scale", "gamma")
        weight.assign(generator.normal(scale=0.5, size=weight.shape) + (1.0 if norm else 0.0))
    return backbone, {weight.path: np.array(weight, "float64") for weight in backbone.weights}


def found_states(backbone, tmp_path):
    model = _text_preset.tap(backbone, str(tmp_path))
    generator = np.random.default_rng(1)
    mask = (np.arange(max(LENGTHS)) < np.array(LENGTHS)[:, None]).astype("int32")
    ids = generator.integers(1, 20, mask.shape).astype("int32") * mask
    arrays = {"token_ids": ids, "padding_mask": mask, "segment_ids": mask * (ids % 2)}
    sequence = np.asarray(model({name: arrays[name] for name in model.input})["sequence"])
    for row, length in enumerate(LENGTHS):
        given = {name: x[row, :length] for name, x in arrays.items()}
        yield sequence[row, :length], given


def weight_of(weights, ending):
    [found] = [value for path, value in weights.items() if path.endswith(ending)]
    return found


def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def turned(x, wavelength=10_000.0):
    """Number pairs as complex numbers, each times a number on the circle (RoFormer, eq. 13)."""
    width = x.shape[-1]
    pairs = x[..., ::2] + 1j * x[..., 1::2]
    slow = wavelength ** (-2 * np.arange(width // 2) / width)
    pairs = pairs * np.exp(1j * np.arange(len(x))[:, None, None] * slow)
    return np.stack([pairs.real, pairs.imag], -1).reshape(x.shape)


def test_roformer_v2_is_its_formula(tmp_path):
    backbone, weights = drawn("roformer_v2")

    def norm(x, scale):
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-7) * scale

    for found, given in found_states(backbone, tmp_path):
        x = weight_of(weights, "token_embedding/embeddings")[given["token_ids"]]
        x = x + weight_of(weights, "segment_embedding/embeddings")[given["segment_ids"]]
        x = norm(x, weight_of(weights, "embeddings_layer_norm/scale"))
        for index in range(3):
            of = {k: v for k, v in weights.items() if f"transformer_layer_{index}/" in k}
            q, k, v = (
                (x @ weight_of(of, f"{letter}_dense_layer/kernel")).reshape(-1, 2, 4)
                for letter in "qkv"
            )
            logits = np.einsum("ihd,jhd->hij", turned(q), turned(k)) / np.sqrt(4)
            mixed = np.einsum("hij,jhd->ihd", softmax(logits), v).reshape(-1, 8)
            x = x + mixed @ weight_of(of, "o_dense_layer/kernel")
            x = norm(x, weight_of(of, "attention_norm/scale"))
            inner = np.maximum(x @ weight_of(of, "intermediate_dense/kernel"), 0)
            x = x + inner @ weight_of(of, "output_dense/kernel")
            x = norm(x, weight_of(of, "feedforward_norm/scale"))
        np.testing.assert_allclose(found, x, atol=1e-5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normed(x, weights, name, groups=1, epsilon=1e-5):
    parts = x.reshape(len(x), groups, -1)
    deviation = np.sqrt(parts.var(-1, keepdims=True) + epsilon)
    whole = ((parts - parts.mean(-1, keepdims=True)) / deviation).reshape(x.shape)
    return whole * weight_of(weights, f"{name}/gamma") + weight_of(weights, f"{name}/beta")


def shifted(x):
    return np.concatenate([np.zeros_like(x[:1]), x[:-1]])


def time_mixing(x, of, first_values):
    """Section 4.1 of the paper of RWKV-7, step by step."""
    mixed = {letter: x + (shifted(x) - x) * weight_of(of, f"/x_{letter}") for letter in "rwkvag"}
    r, k, v = (
        mixed[letter] @ weight_of(of, f"/{name}/kernel")
        for letter, name in zip("rkv", ("receptance", "key", "value"), strict=True)
    )

    def low(letter, bend=lambda z: z):
        inner = bend(mixed[letter] @ weight_of(of, f"/{letter}1"))
        return inner @ weight_of(of, f"/{letter}2")

    decay = np.exp(-np.exp(-0.5) * sigmoid(weight_of(of, "/w0") + low("w", np.tanh)))
    a = sigmoid(weight_of(of, "/a0") + low("a"))
    values = v
    if first_values is not None:
        v = v + (first_values - v) * sigmoid(weight_of(of, "/v0") + low("v"))
    kappa = (k * weight_of(of, "/k_k")).reshape(-1, 2, 4)
    kappa = kappa / np.linalg.norm(kappa, axis=-1, keepdims=True)
    k = k * (1 + (a - 1) * weight_of(of, "/k_a"))
    r, k, v, decay, a = (z.reshape(-1, 2, 4) for z in (r, k, v, decay, a))
    memory, answers = np.zeros((2, 4, 4)), []
    for t in range(len(x)):
        for head in range(2):
            keep = np.diag(decay[t, head])
            keep = keep - np.outer(kappa[t, head], a[t, head] * kappa[t, head])
            memory[head] = memory[head] @ keep + np.outer(v[t, head], k[t, head])
        answers.append(np.einsum("hij,hj->hi", memory, r[t]).reshape(-1))
    [name] = {path.split("/")[-2] for path in of if "group_normalization" in path}
    told = normed(np.array(answers), of, name, groups=2, epsilon=64e-5)
    bonus = (r * k * weight_of(of, "/r_k")).sum(-1, keepdims=True) * v
    gate = low("g", sigmoid)
    return (told + bonus.reshape(x.shape)) * gate @ weight_of(of, "output_layer/kernel"), values


def test_rwkv_7_is_its_formula(tmp_path):
    backbone, weights = drawn("rwkv7")
    for found, given in found_states(backbone, tmp_path):
        x, first_values = weight_of(weights, "token_embedding/embeddings")[given["token_ids"]], None
        for index in range(3):
            of = {k: v for k, v in weights.items() if f"rwkv_layer_{index}/" in k}
            if index == 0:
                x = normed(x, of, "init_norm")
            taken, values = time_mixing(normed(x, of, "att_norm"), of, first_values)
            first_values = values if index == 0 else first_values
            x = x + taken
            y = normed(x, of, "ffn_norm")
            y = y + (shifted(y) - y) * weight_of(of, "time_mix_k")
            y = np.maximum(y @ weight_of(of, "dense_k/kernel"), 0) ** 2
            x = x + y @ weight_of(of, "dense_v/kernel")
        np.testing.assert_allclose(found, normed(x, weights, "output_norm"), atol=1e-5)


@pytest.mark.parametrize("family", families.REBUILT)
def test_kerashub_still_needs_to_be_mended(family, tmp_path):
    """Should this fail one day, KerasHub has been mended, and its own graph can be taken."""
    plain = families.REBUILT[family]()
    if family == "rwkv7":
        assert plain.output.shape[-1] == 20  # its width is 8
        return
    short = {name: np.full((1, 4), 5 if name == "token_ids" else 0) for name in plain.input}
    long = {name: np.pad(x, [(0, 0), (0, 3)]) for name, x in short.items()}
    difference = np.abs(np.asarray(plain(long))[:, :4] - np.asarray(plain(short))).max()
    assert difference > 1e-4


def test_sequences_end_where_a_family_is_no_longer_its_original():
    esm = {"vocabulary_size": 20, **families.ENCODER, "max_sequence_length": 16, "pad_token_id": 1}
    hub = families.MODELS.ESMBackbone
    assert _rebuilt_text.limit(hub(**esm, position_embedding_type="absolute")) == 14
    assert _rebuilt_text.limit(hub(**esm)) == 16
    assert _rebuilt_text.limit(families.ENCODERS["t5gemma"]()) == 2  # half its window
    assert _rebuilt_text.limit(families.DECODERS["llama"]()) is None
