"""Texts as they arrive: one reference or several, characters or bytes."""

from typing import Any

import numpy as np

from ftkeras.errors import UserError


def text(value: Any) -> str:
    """Returns a text; bytes (which TensorFlow makes of texts) are read as UTF-8.

    Example:
        >>> text(b"a cat")
        'a cat'
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        return str(value)
    raise UserError(
        f"Expected a text. Received: {value!r} ({type(value).__name__}). Decode predictions to "
        "text before they are scored."
    )


def references(value: Any) -> list[str]:
    """Returns the references of one unit: a text is the only one, a list holds several.

    Example:
        >>> references("a cat"), references(["a cat", "one cat"])
        (['a cat'], ['a cat', 'one cat'])
    """
    if not isinstance(value, list | tuple | np.ndarray):
        return [text(value)]
    if not len(value):
        raise UserError(
            "Expected at least one reference a unit. Received: an empty list. Write [''] for an "
            "empty reference."
        )
    return [text(one) for one in value]
