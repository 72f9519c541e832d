"""Settings of a Hugging Face config that KerasHub's loader leaves aside."""

import copy
from typing import Any

import keras

from ftkeras.errors import UserError

# Text families whose Keras graph is made of TransformerEncoder layers with constants of its own.
FAMILIES = ("bert", "distilbert", "roberta", "xlm-roberta", "albert")

_TANH_GELU = {
    "module": "builtins",
    "class_name": "function",
    "config": "keras_hub>gelu_approximate",
    "registered_name": "function",
}
_ACTIVATIONS: dict[str, object] = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": _TANH_GELU,
    "gelu_fast": _TANH_GELU,
    "gelu_pytorch_tanh": _TANH_GELU,
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
    "tanh": "tanh",
}


def restore(model: keras.Model, settings: dict[str, Any]) -> keras.Model:
    """Returns a model that computes what the Hugging Face config says.

    KerasHub builds these families with constants: the tanh approximation of GELU, one epsilon,
    one dropout rate. Here the graph's own config is rewritten and built again, so that a saved
    model keeps the correction.

    Args:
        model: A plain functional model, with its weights.
        settings: The content of the preset's `config.json`; its family is one of `FAMILIES`.

    Raises:
        UserError: The checkpoint needs something that the Keras graph cannot express.
    """
    _refuse_inexpressible(settings)
    config = copy.deepcopy(model.get_config())
    for layer in config["layers"]:
        _rewrite(layer, settings)
    if config == model.get_config():
        return model
    restored = keras.Model.from_config(config)
    restored.set_weights(model.get_weights())
    return restored


def _activation(settings: dict[str, Any]) -> str:
    default = "gelu_new" if settings["model_type"] == "albert" else "gelu"
    return str(settings.get("hidden_act", settings.get("activation", default)))


def _rewrite(layer: dict[str, Any], settings: dict[str, Any]) -> None:
    distilled = settings["model_type"] == "distilbert"  # its epsilon is no setting
    epsilon = 1e-12 if distilled else settings.get("layer_norm_eps", 1e-12)
    dropout = settings.get("hidden_dropout_prob", settings.get("dropout", 0.1))
    values = layer["config"]
    if layer["class_name"] == "TransformerEncoder":
        values["activation"] = copy.deepcopy(_ACTIVATIONS[_activation(settings)])
        values["layer_norm_epsilon"] = epsilon
        values["dropout"] = dropout
    elif layer["class_name"] == "LayerNormalization":
        values["epsilon"] = epsilon
    elif layer["class_name"] == "Dropout":
        values["rate"] = dropout


def _refuse_inexpressible(settings: dict[str, Any]) -> None:
    name = _activation(settings)
    if name not in _ACTIVATIONS:
        raise UserError(
            f"Expected an activation among {', '.join(_ACTIVATIONS)}. Received: "
            f"hidden_act={name!r} in config.json. This checkpoint cannot be loaded faithfully."
        )
    position = settings.get("position_embedding_type", "absolute")
    if position != "absolute":
        raise UserError(
            "Expected absolute position embeddings. Received: "
            f"position_embedding_type={position!r} in config.json. This checkpoint cannot be "
            "loaded faithfully."
        )
    if settings.get("is_decoder"):
        raise UserError(
            "Expected an encoder. Received: is_decoder=True in config.json. This checkpoint "
            "attends to the left only and cannot be loaded faithfully."
        )
