"""KerasHub presets, against BERT written in NumPy."""

import json
import os
import subprocess
import sys

import keras
import keras_hub
import numpy as np
import pytest

from ftkeras import catalog
from ftkeras.backbones import _preset_files, load_backbone
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.errors import UserError
from tests.backbones import reference_bert

TEXTS = ["the good film!", "a very bad film is the bad film .", "watching"]


def arrays_of(backbone, texts=TEXTS):
    return backbone.preprocess(texts).arrays


@pytest.mark.parametrize("activation", reference_bert.ACTIVATIONS)
@pytest.mark.parametrize("epsilon", [1e-12, 0.3])
def test_hidden_states_are_those_the_config_describes(tmp_path, weights, activation, epsilon):
    config = {**reference_bert.CONFIG, "hidden_act": activation, "layer_norm_eps": epsilon}
    backbone = load_backbone(f"preset://{reference_bert.write(tmp_path / 'm', weights, config)}")
    arrays = arrays_of(backbone)
    mask = arrays["padding_mask"]
    expected = reference_bert.hidden_states(weights, config, arrays["token_ids"], mask)
    found = backbone.model.predict(arrays, verbose=0)
    np.testing.assert_allclose(found["sequence"][mask > 0], expected[mask > 0], atol=2e-5)
    mean = (expected * mask[..., None]).sum(1) / mask.sum(1)[:, None]
    np.testing.assert_allclose(found["mean_pooled"], mean, atol=2e-5)
    np.testing.assert_allclose(found["class_token"], expected[:, 0], atol=2e-5)
    np.testing.assert_allclose(found["pooled"], reference_bert.pooled(weights, expected), atol=2e-5)


def test_kerashub_alone_deviates_so_the_correction_is_still_needed(transformers_preset, weights):
    backbone = load_backbone(str(transformers_preset))
    arrays = arrays_of(backbone)
    plain = keras_hub.models.Backbone.from_preset(str(transformers_preset))
    expected = reference_bert.hidden_states(
        weights, reference_bert.CONFIG, arrays["token_ids"], arrays["padding_mask"]
    )
    found = np.asarray(plain(arrays)["sequence_output"])
    assert np.abs(found - expected)[arrays["padding_mask"] > 0].max() > 1e-4


def test_taps_start_with_mean_pooling_and_blocks_run_from_input_to_output(transformers_preset):
    backbone = load_backbone(str(transformers_preset))
    assert backbone.taps == ("mean_pooled", "class_token", "pooled", "sequence")
    names = [block.name for block in backbone.blocks]
    assert names == ["embeddings", "transformer_layer_0", "transformer_layer_1"]
    in_blocks = [
        w.path for block in backbone.blocks for layer in block.layers for w in layer.weights
    ]
    assert sorted(in_blocks) == sorted(weight.path for weight in backbone.model.weights)


@pytest.mark.parametrize(("mode", "first"), [("cls_token", "class_token"), ("mean", "mean_pooled")])
def test_sentence_transformers_pooling_leads_and_its_pooler_is_left_out(
    tmp_path, weights, mode, first
):
    directory = reference_bert.write(tmp_path / "m", weights)
    (directory / "1_Pooling").mkdir()
    (directory / "1_Pooling/config.json").write_text(json.dumps({f"pooling_mode_{mode}": True}))
    (directory / "sentence_bert_config.json").write_text('{"max_seq_length": 7}')
    backbone = load_backbone(str(directory))
    assert backbone.taps[0] == first
    assert "pooled" not in backbone.taps
    assert backbone.preprocess.sequence_length == 7


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_a_checkpoint_without_a_pooler_has_no_such_tap(tmp_path, weights, prefix):
    body = {prefix + name: w for name, w in weights.items() if not name.startswith("pooler")}
    backbone = load_backbone(str(reference_bert.write(tmp_path / "m", body)))
    assert backbone.taps == ("mean_pooled", "class_token", "sequence")
    arrays = arrays_of(backbone)
    mask = arrays["padding_mask"]
    expected = reference_bert.hidden_states(
        weights, reference_bert.CONFIG, arrays["token_ids"], mask
    )
    found = backbone.model(arrays)["sequence"]
    np.testing.assert_allclose(found[mask > 0], expected[mask > 0], atol=2e-5)


def test_any_number_of_segments_is_taken(tmp_path):
    config = {**reference_bert.CONFIG, "type_vocab_size": 3}
    directory = reference_bert.write(tmp_path / "m", reference_bert.random_weights(config), config)
    layer = load_backbone(str(directory)).model.get_layer("segment_embedding")
    assert layer.embeddings.shape == (3, 8)


def test_padding_changes_no_tap_but_the_padded_sequence(transformers_preset):
    backbone = load_backbone(str(transformers_preset))
    encoded = backbone.preprocess(TEXTS)
    rows = np.arange(len(TEXTS))
    long = backbone.model.predict(encoded.take(rows, length=16), verbose=0)
    for row in rows:
        exact = encoded.take(rows[row : row + 1], length=int(encoded.lengths[row]))
        alone = backbone.model.predict(exact, verbose=0)
        for tap in ("mean_pooled", "class_token", "pooled"):
            np.testing.assert_allclose(long[tap][row], alone[tap][0], atol=2e-6)


def test_a_row_without_tokens_gives_numbers(transformers_preset):
    backbone = load_backbone(str(transformers_preset))
    empty = {name: np.zeros((2, 5), np.int32) for name in backbone.model.input}
    found = backbone.model.predict(empty, verbose=0)
    assert all(np.isfinite(value).all() for value in found.values())
    assert (found["mean_pooled"] == 0).all()


def test_kerashub_own_format_gives_what_kerashub_gives(hub_preset):
    backbone = load_backbone(hub_preset)
    plain = keras_hub.models.Backbone.from_preset(hub_preset)
    arrays = arrays_of(backbone)
    found, expected = backbone.model(arrays), plain(arrays)
    np.testing.assert_array_equal(found["sequence"], expected["sequence_output"])
    np.testing.assert_array_equal(found["pooled"], expected["pooled_output"])


ELSEWHERE = """
import sys, keras, numpy as np
[keras.layers.Dense(1) for _ in range(3)]  # names now count differently
from ftkeras.backbones import load_backbone
directory, model, arrays, found = sys.argv[1:]
print(load_backbone(directory).fingerprint)
np.save(found, keras.saving.load_model(model).predict(dict(np.load(arrays)), verbose=0))
"""


@pytest.mark.slow
def test_a_fresh_process_gives_the_same_fingerprint_and_a_saved_model_the_same_bits(
    transformers_preset, tmp_path
):
    backbone = load_backbone(str(transformers_preset))
    logits = keras.layers.Dense(3)(backbone.model.output["mean_pooled"])
    model = keras.Model(backbone.model.input, logits)
    model.save(tmp_path / "model.keras")
    arrays = arrays_of(backbone)
    np.savez(tmp_path / "arrays.npz", **arrays)
    files = [str(tmp_path / name) for name in ("model.keras", "arrays.npz", "found.npy")]
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(transformers_preset), *files],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == backbone.fingerprint
    np.testing.assert_array_equal(np.load(files[2]), model.predict(arrays, verbose=0))


def test_the_fingerprint_moves_with_one_weight_and_with_the_activation(
    transformers_preset, tmp_path, weights
):
    here = load_backbone(str(transformers_preset)).fingerprint
    changed = {**weights, "pooler.dense.bias": weights["pooler.dense.bias"] + 1e-3}
    assert load_backbone(str(reference_bert.write(tmp_path / "m", changed))).fingerprint != here
    relu = {**reference_bert.CONFIG, "hidden_act": "relu"}
    assert (
        load_backbone(str(reference_bert.write(tmp_path / "r", weights, relu))).fingerprint != here
    )


def test_freezing_changes_no_fingerprint(transformers_preset):
    backbone = load_backbone(str(transformers_preset))
    backbone.model.trainable = False
    assert fingerprint(backbone.model) == backbone.fingerprint


@pytest.mark.slow
def test_works_on_jax_as_on_tensorflow(transformers_preset, tmp_path):
    code = """
import sys, numpy as np
from ftkeras.backbones import load_backbone
backbone = load_backbone(sys.argv[1])
found = backbone.model.predict(backbone.preprocess(sys.argv[3:]).arrays, verbose=0)
np.save(sys.argv[2], found["mean_pooled"])
print(backbone.fingerprint)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(transformers_preset), str(tmp_path / "x.npy"), *TEXTS],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    backbone = load_backbone(str(transformers_preset))
    here = backbone.model.predict(arrays_of(backbone), verbose=0)["mean_pooled"]
    np.testing.assert_allclose(np.load(tmp_path / "x.npy"), here, atol=1e-5)
    assert done.stdout.strip() == backbone.fingerprint


def test_importing_and_checking_arguments_loads_no_framework():
    code = (
        "import sys; from ftkeras.backbones import load_backbone\n"
        "try: load_backbone('preset://x', sequence_lenght=3)\n"
        "except ValueError as error: print(error)\n"
        "assert not {'tensorflow', 'keras', 'jax', 'keras_hub'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Did you mean 'sequence_length'?" in done.stdout


def test_an_unknown_preset_says_what_to_do():
    with pytest.raises(UserError, match="Received: backbone=preset://bert_tinny"):
        load_backbone("preset://bert_tinny")


@pytest.mark.parametrize(
    "path", ["bert_tiny_en_uncased", "kaggle://keras/bert/keras/x", "hf://someone/something"]
)
def test_without_network_it_says_what_is_needed(path, monkeypatch):
    def offline(_, name):
        raise OSError("Name or service not known")

    catalog.find("backbones", "preset")  # imports all that keeps a reference to `get_file`
    monkeypatch.setattr(_preset_files.preset_utils, "get_file", offline)
    with pytest.raises(UserError, match=r"not known\).*reaches the network"):
        load_backbone(f"preset://{path}")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", b"{", "config.json to hold JSON"),
        ("config.json", b"[]", "config.json to hold a JSON object"),
        ("config.json", b'{"model_type": "nope"}', "no converter"),
        ("config.json", b'{"model_type": "bert"}', "KeyError"),
        ("model.safetensors", None, "directory is complete"),
        ("model.safetensors", b"\x10\0\0\0\0\0\0\0{", "directory is complete"),
        ("vocab.txt", None, "vocab.txt"),
        ("vocab.txt", b"\xff\xfe", "UTF-8"),
        ("vocab.txt", b"good\nbad\n", "UNK"),
    ],
)
def test_a_damaged_directory_is_a_clear_error(tmp_path, weights, name, content, message):
    directory = reference_bert.write(tmp_path / "m", weights)
    if content is None:
        (directory / name).unlink()
    else:
        (directory / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        load_backbone(f"preset://{directory}")


@pytest.mark.parametrize(
    "setting",
    [
        {"hidden_act": "mish"},
        {"position_embedding_type": "relative_key"},
        {"is_decoder": True},
    ],
)
def test_what_keras_cannot_express_is_refused(tmp_path, weights, setting):
    config = {**reference_bert.CONFIG, **setting}
    directory = reference_bert.write(tmp_path / "m", weights, config)
    with pytest.raises(UserError, match=next(iter(setting))):
        load_backbone(f"preset://{directory}")


@pytest.mark.parametrize("length", [17, 2, 0, -1, 3.5, "128"])
def test_a_sequence_length_that_cannot_be_is_refused(transformers_preset, length):
    with pytest.raises(UserError, match="sequence_length="):
        load_backbone(str(transformers_preset), sequence_length=length)
