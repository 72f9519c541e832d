"""Random audio encoders in Hugging Face's layout, against transformers and PyTorch."""

import numpy as np
import pytest

from ftkeras.backbones import load_backbone

pytestmark = pytest.mark.slow
RATE = 16_000


def sounds(*seconds):
    generator = np.random.default_rng(0)
    return [generator.normal(scale=0.2, size=int(s * RATE)).astype("float32") for s in seconds]


def written(directory, model, extractor):
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.normal_(std=0.3)
            if "norm" in name and "weight" in name:
                weight.add_(1)
    model.eval().save_pretrained(directory)
    extractor.save_pretrained(directory)
    return load_backbone(f"preset://{directory}")


@pytest.mark.parametrize("for_generation", [False, True])
def test_whisper_agrees_from_the_samples_to_the_last_state(tmp_path, for_generation):
    import torch
    import transformers

    config = transformers.WhisperConfig(
        vocab_size=20, d_model=16, encoder_layers=3, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_source_positions=100,
        max_target_positions=8, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        decoder_start_token_id=1,
    )  # fmt: skip
    kind = (
        transformers.WhisperForConditionalGeneration
        if for_generation
        else transformers.WhisperModel
    )
    reference = kind(config)
    extractor = transformers.WhisperFeatureExtractor(chunk_length=2)
    backbone = written(tmp_path, reference, extractor)
    values = sounds(0.5, 2.0, 1.1)
    features = extractor(values, sampling_rate=RATE, return_tensors="pt").input_features
    arrays = backbone.preprocess([(value, RATE) for value in values]).arrays
    found = arrays["encoder_features"].reshape(3, 200, 80)
    assert np.abs(found - features.numpy().transpose(0, 2, 1)).max() <= 1e-5
    with torch.no_grad():
        expected = reference.get_encoder()(features).last_hidden_state.numpy()
    difference = np.abs(np.asarray(backbone.model(arrays)["sequence"]) - expected).max()
    assert difference <= 1e-5


@pytest.mark.parametrize("padded_heads", [None, 8])
def test_moonshine_agrees_from_the_samples_to_the_last_state(tmp_path, padded_heads):
    import torch
    import transformers

    config = transformers.MoonshineConfig(
        vocab_size=20, hidden_size=24, intermediate_size=48, encoder_num_hidden_layers=3,
        decoder_num_hidden_layers=1, encoder_num_attention_heads=2, decoder_num_attention_heads=2,
        encoder_num_key_value_heads=2, decoder_num_key_value_heads=2,
        pad_head_dim_to_multiple_of=padded_heads,
    )  # fmt: skip
    reference = transformers.MoonshineModel(config)
    extractor = transformers.Wav2Vec2FeatureExtractor(do_normalize=False)
    backbone = written(tmp_path, reference, extractor)
    for value in sounds(0.2, 0.5, 1.003):
        given = extractor(value, sampling_rate=RATE, return_tensors="pt").input_values
        with torch.no_grad():
            expected = reference.get_encoder()(given).last_hidden_state.numpy()[0]
        arrays = backbone.preprocess([(value, RATE)]).arrays
        found = np.asarray(backbone.model(arrays)["sequence"])[0]
        there = arrays["padding_mask"][0] > 0
        assert there.sum() == len(expected)
        difference = np.abs(found[there] - expected).max()
        assert difference <= 1e-5
