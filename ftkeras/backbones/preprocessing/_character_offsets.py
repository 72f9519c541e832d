"""Where tokens stand in a text, counted in its own characters."""

import numpy as np
from numpy.typing import NDArray


def storable(text: str) -> str:
    """Returns a text without halves of surrogate pairs, which are no characters."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def in_original(text: str, offsets: list[tuple[int, int]]) -> NDArray[np.int64]:
    r"""Returns `(tokens, 2)` begin and end in a text of what stands so in `storable(text)`.

    White space at either end of a token is no part of it. A token of white space alone, or of
    nothing, begins where it ends.

    Args:
        text: As it was given.
        offsets: Begin and end of each token in what is left of it.

    Example:
        >>> in_original("a\ud83d bc ", [(0, 1), (1, 4), (4, 5)]).tolist()
        [[0, 1], [3, 5], [6, 6]]
    """
    places = np.array(offsets, np.int64).reshape(-1, 2)
    if not text.isascii() and len(storable(text)) < len(text):
        kept = [at for at, sign in enumerate(text) if not "\ud800" <= sign <= "\udfff"]
        starts = np.array([*kept, len(text)], np.int64)
        ends = np.array([0, *(at + 1 for at in kept)], np.int64)
        places = np.stack([starts[places[:, 0]], ends[places[:, 1]]], axis=1)
    for row, (start, end) in enumerate(places.tolist()):
        if end <= start:
            places[row, 1] = start
        elif text[start].isspace() or text[end - 1].isspace():
            piece = text[start:end]
            first = start + len(piece) - len(piece.lstrip())
            places[row] = (first, max(first, end - len(piece) + len(piece.rstrip())))
    return places
