"""Audio presets of KerasHub; KerasHub's converters and graphs are the reference."""

import keras
import keras_hub
import numpy as np
import pytest

from ftkeras import graph
from ftkeras.backbones import load_backbone
from ftkeras.backbones.preprocessing import load
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.model import features_model
from ftkeras.workflows import _frozen

MODELS = keras_hub.models
RATE = 16_000


def whisper():
    return MODELS.WhisperBackbone(
        vocabulary_size=9,
        num_layers=3,
        num_heads=2,
        hidden_dim=8,
        intermediate_dim=16,
        num_mels=10,
        max_encoder_sequence_length=200,
    )


def moonshine():
    return MODELS.MoonshineBackbone(
        vocabulary_size=9,
        filter_dim=8,
        encoder_num_layers=3,
        decoder_num_layers=1,
        hidden_dim=8,
        intermediate_dim=32,
        encoder_num_heads=2,
        decoder_num_heads=2,
        partial_rotary_factor=0.9,
    )


FAMILIES = {
    "whisper": (
        whisper,
        lambda: keras_hub.layers.WhisperAudioConverter(num_mels=10, max_audio_length=2),
    ),
    "moonshine": (moonshine, lambda: keras_hub.layers.MoonshineAudioConverter()),
}


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    keras.utils.set_random_seed(0)
    made = {}
    for family, parts in FAMILIES.items():
        directory = str(tmp_path_factory.mktemp(family))
        backbone, converter = (part() for part in parts)
        for weight in backbone.weights:
            if "inv_freq" not in weight.path:
                weight.assign(np.random.default_rng(1).normal(scale=0.4, size=weight.shape))
        backbone.save_to_preset(directory)
        converter.save_to_preset(directory)
        made[family] = f"preset://{directory}", backbone, converter
    return made


def sounds(*seconds):
    generator = np.random.default_rng(0)
    return [
        (generator.normal(scale=0.2, size=int(s * RATE)).astype("float32"), RATE) for s in seconds
    ]


def test_whisper_gives_what_kerashub_gives(presets):
    handle, plain, converter = presets["whisper"]
    backbone = load_backbone(handle)
    values = sounds(0.5, 2.0, 3.0)
    features = np.stack([converter(samples[: 2 * RATE]) for samples, _ in values])
    expected = plain(
        {
            "encoder_features": features,
            "decoder_token_ids": np.ones((3, 1), "int32"),
            "decoder_padding_mask": np.ones((3, 1), "int32"),
        }
    )["encoder_sequence_output"]
    arrays = backbone.preprocess(values).arrays
    np.testing.assert_allclose(
        arrays["encoder_features"].reshape(features.shape), features, atol=2e-4
    )
    found = backbone.model(arrays)
    np.testing.assert_allclose(found["sequence"], expected, atol=2e-3)
    there = arrays["padding_mask"].sum(axis=1)
    assert there.tolist() == [25, 100, 100]
    np.testing.assert_allclose(
        found["mean_pooled"][0], np.mean(expected[0, :25], axis=0), atol=2e-3
    )
    assert backbone.preprocess.num_truncated == 1


def test_moonshine_gives_what_kerashub_gives_for_a_sound_alone(presets):
    handle, plain, converter = presets["moonshine"]
    backbone = load_backbone(handle)
    for samples, rate in sounds(0.1, 0.5, 1.003):
        waveform = np.asarray(converter(samples[None]))
        expected = plain(
            {
                "encoder_input_values": waveform,
                "encoder_padding_mask": np.ones((1, len(samples)), bool),
                "decoder_token_ids": np.ones((1, 1), "int32"),
                "decoder_padding_mask": np.ones((1, 1), bool),
            }
        )["encoder_sequence_output"]
        arrays = backbone.preprocess([(samples, rate)]).arrays
        there = arrays["padding_mask"][0] > 0
        assert there.sum() == expected.shape[1]
        found = backbone.model(arrays)
        np.testing.assert_allclose(found["sequence"][0][there], expected[0], atol=5e-5)
        mean = np.mean(expected[0], axis=0)
        np.testing.assert_allclose(found["mean_pooled"][0], mean, atol=5e-5)


def test_moonshine_gives_a_sound_the_same_features_beside_a_longer_one(presets):
    backbone = load_backbone(presets["moonshine"][0])
    values = sounds(0.3, 1.0, 0.07)
    together = backbone.model(backbone.preprocess(values).arrays)["mean_pooled"]
    for row, value in enumerate(values):
        alone = backbone.model(backbone.preprocess([value]).arrays)["mean_pooled"][0]
        np.testing.assert_allclose(together[row], alone, atol=2e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_saved_model_and_its_preprocessing_give_the_same_bits(presets, tmp_path, family):
    backbone = load_backbone(presets[family][0])
    backbone.model.save(tmp_path / "model.keras")
    backbone.preprocess.save(tmp_path)
    preprocess = load(tmp_path)
    assert preprocess.config == backbone.preprocess.config
    arrays = preprocess(sounds(0.4, 0.2)).arrays
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for tap, expected in backbone.model(arrays).items():
        np.testing.assert_array_equal(loaded(arrays)[tap], expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_blocks_run_from_stem_to_top_and_hold_the_encoder_alone(presets, family):
    backbone = load_backbone(presets[family][0])
    assert backbone.taps == ("mean_pooled", "sequence")
    names = [block.name for block in backbone.blocks]
    assert names[0] == "stem"
    assert len(names) == 4
    assert not any("decoder" in weight.path for weight in backbone.model.weights)
    in_blocks = [id(w) for block in backbone.blocks for la in block.layers for w in la.weights]
    assert sorted(in_blocks) == sorted(id(weight) for weight in backbone.model.weights)


@pytest.mark.parametrize("family", FAMILIES)
def test_below_a_frozen_block_only_one_tensor_crosses(presets, family):
    """Masks and angles are computed again above the cut, so hidden states can be kept."""
    backbone = load_backbone(presets[family][0])
    for block in backbone.blocks[:-1]:
        for layer in block.layers:
            layer.trainable = False
    halves = graph.cut(graph.inlined(features_model(backbone, "mean_pooled")))
    assert len(halves.crossing) == 1
    assert halves.frozen.output[0].shape[-1] == 8


@pytest.mark.parametrize("family", FAMILIES)
def test_more_seconds_than_it_was_made_for_are_refused(presets, family):
    with pytest.raises(UserError, match="seconds=65"):
        load_backbone(presets[family][0], seconds=65)
    with pytest.raises(UserError, match="reads sounds"):
        load_backbone(presets[family][0], sequence_length=5)


def test_fewer_seconds_cost_less(presets):
    backbone = load_backbone(presets["whisper"][0], seconds=0.5)
    arrays = backbone.preprocess(sounds(0.2, 2.0)).arrays
    assert arrays["encoder_features"].shape == (2, 25, 20)
    assert backbone.model(arrays)["sequence"].shape == (2, 25, 8)


def test_seconds_are_a_setting_of_a_run(presets):
    config = RunConfig.read(mode="describe_backbone", backbone=presets["whisper"][0], seconds="1.5")
    assert _frozen.load(config, "audio").preprocess.config["seconds"] == 1.5


def test_seconds_are_those_of_the_sounds_beside_anything_else(presets):
    handle = f"multimodal://audio={presets['moonshine'][0]},tabular=tabular://one_hot"
    rows = [{"audio": sounds(1)[0], "tabular": {"age": float(age)}} for age in range(3)]
    backbone = load_backbone(handle, train=rows, seconds=1.5)
    assert backbone.preprocess.parts["audio"].config["seconds"] == 1.5
    with pytest.raises(UserError, match=r"seconds=1\.5"):
        load_backbone("multimodal://text=preset://a,tabular=tabular://one_hot", seconds=1.5)
