"""Random decoders and vision transformers in Hugging Face's layout, against transformers."""

import json

import numpy as np
import pytest

from ftkeras.backbones import (
    _text_preset,
    _transformers_decoders,
    _transformers_weights,
    load_backbone,
)
from ftkeras.errors import UserError

pytestmark = [
    pytest.mark.slow,  # KerasHub's own Swin is warned of while it is built
    pytest.mark.filterwarnings("ignore:.*does not support masking:UserWarning"),
]
SMALL = {
    "vocab_size": 40, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 3,
    "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 32,
}  # fmt: skip
EXPERTS = {"moe_intermediate_size": 8, "num_experts": 3, "num_experts_per_tok": 2}
# The largest difference measured, of hidden states up to 8: 1.8e-5 (gemma2), 4.2e-5 (qwen3) and
# 4.0e-5 (qwen3_5_moe).
DECODERS = {
    "gpt2": {"vocab_size": 40, "n_embd": 16, "n_layer": 3, "n_head": 2, "n_positions": 32},
    "gemma": {**SMALL, "head_dim": 8},
    "gemma2": {**SMALL, "head_dim": 8, "query_pre_attn_scalar": 8},
    "gemma3_text": {**SMALL, "head_dim": 8, "query_pre_attn_scalar": 8},
    "llama": SMALL,
    "mistral": SMALL,
    "mixtral": {**SMALL, "num_local_experts": 2},
    "qwen2": SMALL,
    "qwen3": {**SMALL, "head_dim": 8},
    "smollm3": {**SMALL, "pad_token_id": 0},
    "qwen2_moe": {**SMALL, **EXPERTS, "shared_expert_intermediate_size": 8},
    "qwen3_moe": {**SMALL, **EXPERTS, "head_dim": 8},
}
STRETCHED = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16, "rope_theta": 100.0,
}  # fmt: skip
FAR = {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6}
NEAR = {"rope_type": "default", "rope_theta": 1e4}
# Settings of a checkpoint that KerasHub's own loader loses, or that are rarely met.
SETTINGS = [
    ("llama", {"rms_norm_eps": 0.01}),
    ("llama", {"rope_parameters": STRETCHED}),
    ("gemma2", {"sliding_window": 4}),
    ("gemma2", {"query_pre_attn_scalar": 32}),
    # As in Gemma 2 and 3 with 27 billion weights: the states' width over the number of heads.
    ("gemma2", {"head_dim": 4, "query_pre_attn_scalar": 8}),
    ("gemma3_text", {"head_dim": 4, "query_pre_attn_scalar": 8}),
    ("gemma2", {"attn_logit_softcapping": 2.0}),
    ("gemma3_text", {"query_pre_attn_scalar": 32}),
    ("gemma3_text", {"sliding_window": 4, "num_hidden_layers": 7}),
    ("gemma3_text", {"rope_parameters": {"full_attention": FAR, "sliding_attention": NEAR}}),
    ("gemma3_text", {"use_bidirectional_attention": True, "sliding_window": 4}),
    ("gemma3_text", {"use_bidirectional_attention": True, "sliding_window": 5}),
    ("gpt2", {"n_inner": 24}),
    ("mistral", {"rms_norm_eps": 0.01, "sliding_window": 4, "head_dim": 16}),
    ("mixtral", {"rms_norm_eps": 0.01, "sliding_window": 4}),
    ("qwen2_moe", {"norm_topk_prob": True}),
    ("smollm3", {"rms_norm_eps": 0.01, "num_hidden_layers": 5}),
]
VISION = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": 32}
EYES = {
    "vit": {**VISION, "intermediate_size": 32, "patch_size": 8},
    "dinov2": {**VISION, "mlp_ratio": 2, "patch_size": 8},
    "dinov2_with_registers": {
        **VISION, "mlp_ratio": 2, "patch_size": 8, "num_register_tokens": 2,
    },
    "deit": {**VISION, "intermediate_size": 32, "patch_size": 8},
    "dinov3_vit": {
        **VISION, "intermediate_size": 32, "patch_size": 8, "num_register_tokens": 2,
        "layerscale_value": 1.0,
    },
    "swin": {
        "image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [2, 2], "num_heads": [2, 2],
        "window_size": 4,
    },
}  # fmt: skip


def randomized(model):
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            scale = weight.ndim == 1 and "weight" in name and "norm" in name.lower()
            weight.normal_(std=0.3).add_(1.0 if scale else 0.0)
            weight.copy_(weight.half().float())  # as KerasHub rounds Mistral
    return model.eval()


def decoder(directory, family, unsaid=(), **changes):
    import transformers

    config = transformers.AutoConfig.for_model(family, **{**DECODERS[family], **changes})
    whole = randomized(transformers.AutoModelForCausalLM.from_config(config))
    whole.save_pretrained(directory)
    written = directory / "config.json"
    settings = json.loads(written.read_text())
    settings = {name: value for name, value in settings.items() if name not in unsaid}
    written.write_text(json.dumps(settings))
    loaded = _transformers_weights.load_any(str(directory), settings)
    _transformers_decoders.restore(loaded, settings)
    return whole.base_model, _text_preset.tap(loaded, str(directory))


def check_states(directory, family, **changes):
    import torch

    reference, model = decoder(directory, family, **changes)
    ids = np.random.default_rng(0).integers(5, 40, (3, 8))
    mask = np.arange(8) < np.array([[8], [5], [2]])
    ids = np.where(mask, ids, 0)
    with torch.no_grad():
        expected = reference(
            input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask).long()
        ).last_hidden_state.numpy()
    found = model({"token_ids": ids, "padding_mask": mask.astype("int32")})
    difference = np.abs(np.asarray(found["sequence"]) - expected)[mask].max()
    assert difference <= 1e-4
    last = expected[np.arange(3), mask.sum(1) - 1]
    np.testing.assert_allclose(found["last_token"], last, atol=1e-4)


@pytest.mark.parametrize("family", DECODERS)
def test_states_of_a_decoder_agree(tmp_path, family):
    check_states(tmp_path, family)


@pytest.mark.parametrize(("family", "changes"), SETTINGS)
def test_settings_that_kerashub_would_lose_are_kept(tmp_path, family, changes):
    check_states(tmp_path, family, **changes)


def test_the_first_llamas_write_less_into_their_config(tmp_path):
    unsaid = ("rope_theta", "rope_parameters", "num_key_value_heads", "tie_word_embeddings")
    check_states(tmp_path, "llama", unsaid=unsaid, num_key_value_heads=2)


EYES_OF_TEXTS = {
    "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1,
    "image_size": 16, "patch_size": 8,
}  # fmt: skip
EYES_OF_QWEN = {
    "depth": 1, "hidden_size": 8, "num_heads": 1, "intermediate_size": 8, "patch_size": 4,
    "out_hidden_size": 16, "num_position_embeddings": 4,
}  # fmt: skip
LINEAR = {
    **SMALL, "head_dim": 8, "linear_num_key_heads": 2, "linear_num_value_heads": 2,
    "linear_key_head_dim": 4, "linear_value_head_dim": 4, "linear_conv_kernel_dim": 2,
    "layer_types": ["linear_attention", "full_attention", "linear_attention"],
}  # fmt: skip
HALF = {**SMALL, "head_dim": 8, "query_pre_attn_scalar": 32, "rms_norm_eps": 0.01}
# A network that reads more than a text, and the half of it that does not.
HALVES = {
    "gemma3": {
        "text_config": {**DECODERS["gemma3_text"], "sliding_window": 4},
        "vision_config": EYES_OF_TEXTS, "mm_tokens_per_image": 4, "image_token_index": 39,
    },
    "qwen3_5": {"text_config": LINEAR, "vision_config": EYES_OF_QWEN, "image_token_id": 39},
    "qwen3_5_moe": {
        "text_config": {**LINEAR, **EXPERTS, "shared_expert_intermediate_size": 8},
        "vision_config": EYES_OF_QWEN, "image_token_id": 39,
    },
    "t5gemma": {"encoder": HALF, "decoder": HALF},
}  # fmt: skip


@pytest.mark.parametrize("family", HALVES)
def test_the_half_of_a_network_that_reads_texts_is_read_alone(tmp_path, family):
    import torch
    import transformers

    kinds = {
        "gemma3": transformers.Gemma3ForConditionalGeneration,
        "qwen3_5": transformers.Qwen3_5ForConditionalGeneration,
        "qwen3_5_moe": transformers.Qwen3_5MoeForConditionalGeneration,
        "t5gemma": transformers.T5GemmaForConditionalGeneration,
    }
    config = transformers.AutoConfig.for_model(family, **HALVES[family])
    whole = randomized(kinds[family](config))
    whole.save_pretrained(tmp_path)
    body = whole.model.encoder if family == "t5gemma" else whole.model.language_model
    settings = json.loads((tmp_path / "config.json").read_text())
    loaded = _transformers_weights.load_any(str(tmp_path), settings)
    _transformers_decoders.restore(loaded, settings)
    model = _text_preset.tap(loaded, str(tmp_path))
    ids = np.random.default_rng(0).integers(5, 38, (3, 8))
    mask = np.arange(8) < np.array([[8], [5], [2]])
    ids = np.where(mask, ids, 0)
    with torch.no_grad():
        given = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask).long()}
        expected = body(**given).last_hidden_state.numpy()
    found = model({"token_ids": ids, "padding_mask": mask.astype("int32")})["sequence"]
    assert np.abs(np.asarray(found) - expected)[mask].max() <= 1e-4


BART = {
    "vocab_size": 40, "d_model": 16, "encoder_layers": 3, "decoder_layers": 3,
    "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32, "max_position_embeddings": 32,
}  # fmt: skip


def test_states_of_the_encoder_of_bart_agree(tmp_path):
    import torch
    import transformers

    reference = randomized(transformers.BartModel(transformers.BartConfig(**BART)))
    reference.save_pretrained(tmp_path)
    settings = json.loads((tmp_path / "config.json").read_text())
    loaded = _transformers_weights.load_any(str(tmp_path), settings)
    model = _text_preset.tap(loaded, str(tmp_path))
    mask = np.arange(8) < np.array([[8], [5], [2]])
    ids = np.where(mask, np.random.default_rng(0).integers(5, 40, (3, 8)), 1)
    with torch.no_grad():
        given = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask).long()}
        expected = reference.encoder(**given).last_hidden_state.numpy()
    found = model({"token_ids": ids, "padding_mask": mask.astype("int32")})["sequence"]
    assert np.abs(np.asarray(found) - expected)[mask].max() <= 1e-5


@pytest.mark.parametrize(
    ("name", "value"),
    [("decoder_layers", 2), ("scale_embedding", True), ("activation_function", "relu")],
)
def test_a_bart_that_kerashub_builds_otherwise_is_refused(tmp_path, name, value):
    settings = {**BART, "model_type": "bart", name: value}
    with pytest.raises(UserError, match=name):
        _transformers_weights.load_any(str(tmp_path), settings)


@pytest.mark.parametrize("family", EYES)
def test_features_of_a_vision_transformer_agree_from_the_pixels_on(tmp_path, family):
    import torch
    import transformers

    config = transformers.AutoConfig.for_model(family, **EYES[family])
    if family == "dinov3_vit":  # there is no classifier of it
        body = whole = randomized(transformers.AutoModel.from_config(config))
    else:  # transformers finds two classifiers of DeiT and names none
        found_by_itself = transformers.AutoModelForImageClassification.from_config
        make = transformers.DeiTForImageClassification if family == "deit" else found_by_itself
        whole = randomized(make(config))
        body = whole.base_model
    whole.save_pretrained(tmp_path)
    mean, spread = [0.5, 0.4, 0.3], [0.2, 0.3, 0.25]
    said = {
        "size": {"height": 32, "width": 32}, "image_mean": mean, "image_std": spread,
        "rescale_factor": 1 / 255, "resample": 3,
    }  # fmt: skip
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    backbone = load_backbone(f"preset://{tmp_path}")
    assert backbone.preprocess.config["interpolation"] == "bicubic"
    pixels = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    given = torch.tensor(((pixels / 255 - mean) / spread).transpose(0, 3, 1, 2)).float()
    with torch.no_grad():
        expected = body(pixel_values=given).last_hidden_state.numpy()
    found = np.asarray(backbone.model(pixels)["sequence"])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert len(backbone.blocks) > 3


def test_pictures_without_a_word_on_their_preparation_are_refused(tmp_path):
    import transformers

    config = transformers.AutoConfig.for_model("vit", **EYES["vit"])
    transformers.AutoModelForImageClassification.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(UserError, match="how pictures are prepared"):
        load_backbone(f"preset://{tmp_path}")
