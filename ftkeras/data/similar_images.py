"""Pairs of images that look nearly the same."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from ftkeras.data import image_file

_SIDE = 64
_KEPT = 16
_ROWS_AT_ONCE = 256


def similar_images(
    images: NDArray[np.object_], distance: int, max_pairs: int = 1_000_000
) -> NDArray[np.int64]:
    """Returns all pairs of images whose perceptual hashes differ in few bits.

    The hash: grey, 64 x 64, discrete cosine transform, the 16 x 16 slowest waves, one bit each
    for "above the median". It hardly moves when a picture is made smaller, saved with loss, or
    made a little lighter or darker.

    Args:
        images: Paths or pixels.
        distance: Largest number of different bits, of 256. Unrelated pictures differ in about 128.
        max_pairs: Stop when there are more.

    Returns:
        `(pairs, 2)` rows, the smaller first, sorted.

    Raises:
        UserError: An image can no longer be read.

    References:
        Zauner, 2010, Implementation and benchmarking of perceptual image hash functions, 3.2.1.
    """
    hashes = np.stack(image_file.for_each(_hash, images))
    found = [np.zeros((0, 2), "int64")]
    for start in range(0, len(hashes), _ROWS_AT_ONCE):
        some = hashes[start : start + _ROWS_AT_ONCE]
        different = np.zeros((len(some), len(hashes) - start), "uint16")
        for word in range(hashes.shape[1]):
            different += np.bitwise_count(some[:, None, word] ^ hashes[None, start:, word])
        first, second = np.nonzero(different <= distance)
        pairs = np.stack([first, second], axis=1)[first < second] + start
        found.append(pairs)
        if sum(map(len, found)) > max_pairs:
            break
    return np.concatenate(found)[:max_pairs]


def _hash(image: str | NDArray[np.uint8]) -> NDArray[np.uint64]:
    _, pixels = image_file.canonical_pixels(image)
    deep = pixels.dtype != np.uint8
    grey = Image.fromarray(pixels) if deep else Image.fromarray(pixels, "RGBA").convert("L")
    small = np.asarray(grey.convert("F").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR))
    waves = dctn(small, norm="ortho")[:_KEPT, :_KEPT].ravel()
    waves[0] = 0.0  # the mean brightness says nothing about the picture
    return np.packbits(waves > np.median(waves)).view("uint64")
