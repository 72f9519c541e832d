"""The id of an example: a digest of what it is, not of where it stood."""

import hashlib
from typing import Any

from numpy.typing import NDArray


def content_digest(modality: str, content: str | bytes) -> str:
    """Returns the first 32 hexadecimal digits of a SHA-256 over the modality and the content.

    Texts count as written (case and spaces matter, for they change what a model sees), images by
    the bytes of their file, which no decoder's version can change. The modality is part of it, so
    a text and a file of the same bytes differ. 128 bits: a billion examples collide with
    probability 1e-21.

    Args:
        modality: `"text"` or `"image"`.
        content: The text, or the bytes of the file.

    Example:
        >>> content_digest("text", "good")
        '55c8749de58518a49135b31f21a6d27c'
        >>> content_digest("text", "good") == content_digest("image", b"good")
        False
    """
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(modality.encode() + b"\n" + data).hexdigest()[:32]


def array_content(array: NDArray[Any]) -> bytes:
    """Returns bytes that are equal for arrays of equal type, shape and values."""
    return f"{array.dtype.str}{array.shape}\n".encode() + array.tobytes()
