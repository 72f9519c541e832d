"""Masks of a picture as a network sees it, and back at the size of the picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ftkeras.mask import IGNORED
from ftkeras.placement import Placement

# Logits that are enlarged at once: 64 MB.
_AT_ONCE = 1 << 24


def to_network(classes: NDArray[np.uint8], placement: Placement) -> NDArray[np.uint8]:
    """Returns `(rows, columns)` the class of each pixel that a network sees.

    Each takes the class of the nearest pixel; what is beside the picture is left out.

    Args:
        classes: `(height, width)` the class of each pixel of the picture.
        placement: Where the picture stands.
    """
    found = np.full(placement.shown, IGNORED, np.uint8)
    left, top, right, bottom = (round(side) for side in placement.place)
    resized = Image.fromarray(classes).resize(
        (right - left, bottom - top), Image.Resampling.NEAREST, placement.window
    )
    found[top:bottom, left:right] = np.asarray(resized)
    return found


def from_network(logits: NDArray[np.float32], placement: Placement) -> NDArray[np.uint8]:
    """Returns `(height, width)` the most probable class of each pixel of the picture.

    Logits are interpolated between the middles of a network's pixels; what it did not see takes
    those of the nearest edge.

    Args:
        logits: `(rows, columns, classes)`.
        placement: Where the picture stands.
    """
    height, width = placement.picture
    left, top, right, bottom = (round(side) for side in placement.place)
    seen = logits[top:bottom, left:right]
    middles = np.zeros((max(height, width), 2)) + (np.arange(max(height, width)) + 0.5)[:, None]
    columns, rows = (placement.to_network(middles) - (left, top)).T
    across = _interpolated(seen.swapaxes(0, 1), columns[:width]).swapaxes(0, 1)
    found = np.empty((height, width), np.uint8)
    band = max(1, _AT_ONCE // (width * logits.shape[2]))
    for first in range(0, height, band):
        part = _interpolated(across, rows[:height][first : first + band])
        found[first : first + band] = part.argmax(axis=2)
    return found


def _interpolated(values: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Values along the first axis at places where entry k reaches from k to k + 1."""
    at = np.clip(places - 0.5, 0, len(values) - 1)
    below = np.floor(at).astype("int64")
    above = np.minimum(below + 1, len(values) - 1)
    share = (at - below).astype("float32")[:, None, None]
    return values[below] * (1 - share) + values[above] * share
