"""Random models of each Hugging Face family, against transformers and PyTorch."""

import numpy as np
import pytest

from ftkeras.backbones import _text_preset, _transformers_settings, _transformers_weights

pytestmark = pytest.mark.slow
SIZES = {"vocab_size": 50, "max_position_embeddings": 20, "layer_norm_eps": 0.01}
STANDARD = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 24}
FAMILIES = {
    "bert": {**STANDARD, "num_hidden_layers": 2},
    "roberta": {**STANDARD, "num_hidden_layers": 2, "type_vocab_size": 1},
    "xlm-roberta": {**STANDARD, "num_hidden_layers": 2, "type_vocab_size": 1},
    "albert": {**STANDARD, "num_hidden_layers": 3, "embedding_size": 8},
    "distilbert": {"dim": 16, "n_heads": 2, "hidden_dim": 24, "n_layers": 2},
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("activation", ["gelu", "gelu_new", "relu"])
@pytest.mark.parametrize("prefixed", [False, True])
def test_hidden_states_agree_within_1e_5(tmp_path, family, activation, prefixed):
    import torch
    import transformers

    name = "activation" if family == "distilbert" else "hidden_act"
    config = transformers.AutoConfig.for_model(
        family, **SIZES, **FAMILIES[family], **{name: activation}
    )
    torch.manual_seed(0)
    kind = transformers.AutoModelForMaskedLM if prefixed else transformers.AutoModel
    reference = kind.from_config(config).eval()
    with torch.no_grad():
        for weight in reference.parameters():
            weight.normal_(std=0.5)
    reference.save_pretrained(tmp_path)
    settings = reference.config.to_dict()

    loaded, _ = _transformers_weights.load(str(tmp_path), settings)
    model = _transformers_settings.restore(_text_preset.tap_flat(loaded, str(tmp_path)), settings)
    ids = np.random.default_rng(0).integers(5, 50, (3, 8))
    mask = np.arange(8) < np.array([[8], [5], [1]])
    ids = np.where(mask, ids, config.pad_token_id)
    arrays = {"token_ids": ids, "padding_mask": mask.astype("int32")}
    if "segment_ids" in model.input:
        arrays["segment_ids"] = np.zeros_like(ids)
    body = getattr(reference, reference.base_model_prefix, reference)
    with torch.no_grad():
        expected = body(
            input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask).long()
        ).last_hidden_state.numpy()
    found = np.asarray(model(arrays)["sequence"])
    assert np.abs(found - expected)[mask].max() <= 1e-5
