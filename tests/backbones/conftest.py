"""Tiny presets with random weights: in Hugging Face's layout and in KerasHub's own."""

import keras_hub
import pytest

from tests.backbones import reference_bert


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
