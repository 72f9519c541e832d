"""Pretrained backbones: one file a source of weights. Importing this loads no framework."""

import importlib
from typing import Any

from ftkeras import catalog, handles
from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Backbone
from ftkeras.handles import Handle

# Public name -> the module that defines it; loaded on first use.
_HOMES = (
    ("random_twin", "ftkeras.backbones._random_twin"),
    ("SavedModelBackbone", "ftkeras.backbones.layers.saved_model_backbone"),
    ("trusting", "ftkeras.backbones.saved_model.trust"),
)

__all__ = ["SavedModelBackbone", "load_backbone", "random_twin", "trusting"]


def __getattr__(name: str) -> Any:
    home = dict(_HOMES).get(name)
    if home is None:
        raise AttributeError(f"module 'ftkeras.backbones' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_backbone(handle: Handle | str, **preprocess: Any) -> Backbone:
    """Loads pretrained weights with everything that belongs to them.

    Args:
        handle: For example `preset://bert_tiny_en_uncased`, `hf://…`, a directory, a `.keras` file.
        **preprocess: Settings of the source's preprocessing: `sequence_length`, `image_size`, ….
            What the handle says itself wins.

    Returns:
        The model with its taps, its preprocessing, its blocks and its fingerprint.

    Raises:
        UserError: The handle names nothing that can be loaded; the message says why.

    Example:
        >>> load_backbone("preset://no_such_preset")
        Traceback (most recent call last):
        ...
        ftkeras.errors.UserError: Expected a preset that KerasHub can load. Received: ...
    """
    if isinstance(handle, str):
        handle = handles.parse(handle)
    given = {**preprocess, **handle.options}
    catalog.check("backbones", Call(handle.scheme, {"handle": handle, **given}))
    backbone: Backbone = catalog.find("backbones", handle.scheme)(handle, **given)
    return backbone
