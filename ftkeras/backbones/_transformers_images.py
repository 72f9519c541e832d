"""How pictures were prepared for a checkpoint in Hugging Face's layout."""

from collections.abc import Mapping
from typing import Any

import keras_hub
import numpy as np

from ftkeras.backbones import _preset_files
from ftkeras.errors import UserError

_FILE = "preprocessor_config.json"
# Pillow's numbers of its filters.
_FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}


def converter(preset: str) -> "keras_hub.layers.ImageConverter":
    """Returns what `preprocessor_config.json` says, for the families KerasHub does not read it of.

    Without it, pictures would reach the network in [0, 255] and its features would be noise.

    Args:
        preset: A directory or an address.

    Raises:
        UserError: The file is missing, or does not say how large pictures are.
    """
    said = _preset_files.json_of(preset, _FILE)
    if said is None:
        raise UserError(
            f"Expected {_FILE}, which says how pictures are prepared. Received: {preset} without "
            "it. Download the whole model directory."
        )
    cropped = said.get("do_center_crop", False)
    size = said.get("crop_size" if cropped else "size", said.get("size"))
    factor = said.get("rescale_factor", 1 / 255) if said.get("do_rescale", True) else 1.0
    mean, spread = np.zeros(3), np.ones(3)
    if said.get("do_normalize", True):
        mean, spread = np.array(said["image_mean"]), np.array(said["image_std"])
    return keras_hub.layers.ImageConverter(
        image_size=_pair(preset, size),
        scale=(factor / spread).tolist(),
        offset=(-mean / spread).tolist(),
        crop_to_aspect_ratio=cropped,
        interpolation=_FILTERS.get(said.get("resample", 2), "bilinear"),
    )


def _pair(preset: str, size: int | Mapping[str, Any] | None) -> tuple[int, int]:
    if isinstance(size, int):
        return size, size
    if isinstance(size, Mapping) and {"height", "width"} <= set(size):
        return size["height"], size["width"]
    if isinstance(size, Mapping) and "shortest_edge" in size:
        return size["shortest_edge"], size["shortest_edge"]
    raise UserError(f"Expected the size of pictures in {_FILE} of {preset}. Received: size={size}.")
