"""Tiny presets with random weights: in Hugging Face's layout and in KerasHub's own."""

from types import SimpleNamespace

import keras_hub
import pytest

from tests.backbones import made_saved_models, reference_bert


@pytest.fixture(scope="session")
def transformers():
    """The reference; `make test-slow` installs it, and its absence is a failure."""
    import transformers

    transformers.logging.set_verbosity_error()
    return transformers


@pytest.fixture(scope="session")
def weights():
    return reference_bert.random_weights()


@pytest.fixture(scope="session")
def transformers_preset(tmp_path_factory, weights):
    """A directory as transformers' `save_pretrained` writes it."""
    return reference_bert.write(tmp_path_factory.mktemp("transformers") / "tiny", weights)


@pytest.fixture(scope="session")
def hub_preset(tmp_path_factory, transformers_preset):
    """The same weights as KerasHub's `save_to_preset` writes them."""
    directory = str(tmp_path_factory.mktemp("hub") / "tiny")
    keras_hub.models.Backbone.from_preset(str(transformers_preset)).save_to_preset(directory)
    tokenizer = keras_hub.models.BertTokenizer(reference_bert.PIECES, lowercase=True)
    keras_hub.models.BertTextClassifierPreprocessor(tokenizer).save_to_preset(directory)
    return directory


@pytest.fixture(scope="session")
def saved_models(tmp_path_factory):
    """Directories of SavedModels of every kind, and the modules they were saved from."""
    root = tmp_path_factory.mktemp("saved_models")
    vocabulary = root / "vocabulary.txt"
    vocabulary.write_text("\n".join(made_saved_models.VOCABULARY))
    modules = {
        "embedding": made_saved_models.TextEmbedding(str(vocabulary)),
        "images": made_saved_models.ImageFeatures(),
        "encoder": made_saved_models.Encoder(),
        "encoder_without_dropout": made_saved_models.Encoder(dropout=0.0),
        "preprocessor": made_saved_models.Preprocessor(),
    }
    found = {name: made_saved_models.save(module, root / name) for name, module in modules.items()}
    found["signature"] = made_saved_models.save_signature(modules["images"], root / "signature")
    found["tf1"], kernel = made_saved_models.save_tf1(root / "tf1")
    return SimpleNamespace(**found, modules=SimpleNamespace(**modules), tf1_kernel=kernel)
