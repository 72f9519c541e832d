"""One number that is equal exactly when two models compute the same thing with the same weights."""

import hashlib
import json
from typing import Any

import keras
import numpy as np

# What may differ between two models that compute the same: who trains, and where random numbers
# of dropout and of already overwritten initial values start, and where a SavedModel lay.
_IRRELEVANT = ("trainable", "seed", "build_config", "compile_config", "handle")


def fingerprint(model: keras.Model) -> str:
    """Returns the SHA-256 of a functional model's architecture and of every weight.

    Layers are named by their position, so that a name such as `dense_3`, which counts what else a
    process has built, does not change the result: it is the same in every process.

    Args:
        model: A functional model.

    Example:
        >>> one = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> same = keras.models.clone_model(one)
        >>> same.set_weights(one.get_weights())
        >>> fingerprint(one) == fingerprint(same)
        True
        >>> same.set_weights([one.get_weights()[0] + 1, one.get_weights()[1]])
        >>> fingerprint(one) == fingerprint(same)
        False
    """
    config = model.get_config()
    config.pop("name", None)
    positions: dict[str, str] = {}
    _name_layers(config, positions)
    text = json.dumps(_plain(config, positions), sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode())
    for weight in model.weights:
        array = np.ascontiguousarray(weight.numpy())
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _name_layers(config: object, positions: dict[str, str]) -> None:
    """Numbers the layers of a model and of the models inside it, in order."""
    if isinstance(config, list):
        for value in config:
            _name_layers(value, positions)
    elif isinstance(config, dict):
        settings = config.get("config")
        if "class_name" in config and isinstance(settings, dict) and "name" in settings:
            positions.setdefault(str(settings["name"]), f"layer {len(positions)}")
        for value in config.values():
            _name_layers(value, positions)


def _plain(config: Any, positions: dict[str, str]) -> Any:
    if isinstance(config, list | tuple):
        return [_plain(value, positions) for value in config]
    if not isinstance(config, dict):
        return positions.get(config, config) if isinstance(config, str) else config
    return {
        key: _plain(value, positions) for key, value in config.items() if key not in _IRRELEVANT
    }
