"""Where each document of a list stands when the list is sorted by score, ties included."""

from types import ModuleType
from typing import Any

from ftkeras.errors import UserError

TIES = ("worst", "order")


def check_cutoff(k: int | None) -> None:
    """Raises `UserError` unless `k` is `None` or a positive integer."""
    if k is not None and (not isinstance(k, int) or k < 1):
        raise UserError(f"Expected `k` to be an integer >= 1, or None for all. Received: k={k!r}.")


def check_ties(ties: str, known: tuple[str, ...] = TIES) -> None:
    """Raises `UserError` unless `ties` is one of the known policies."""
    if ties not in known:
        raise UserError(
            f"Expected `ties` to be one of {', '.join(known)}. Received: ties={ties!r}."
        )


def before_and_level(scores: Any, is_document: Any, xp: ModuleType) -> tuple[Any, Any]:
    """Returns `(queries, list_size)`: documents with a larger score, and with an equal one.

    Args:
        scores: `(queries, list_size)`.
        is_document: Of the same shape, false for padding.
        xp: `numpy` or `keras.ops`.
    """
    own, other = scores[:, :, None], scores[:, None, :]
    counted = is_document[:, None, :]
    return (
        _how_many(xp.logical_and(counted, other > own), xp),
        _how_many(xp.logical_and(counted, other == own), xp),
    )


def places(scores: Any, relevance: Any, ties: str, xp: ModuleType) -> Any:
    """Returns `(queries, list_size)`: how many documents stand before each one, no two alike.

    Args:
        scores: `(queries, list_size)`.
        relevance: Of the same shape, negative for padding.
        ties: `"worst"` puts the less relevant of equal scores first, `"order"` the earlier in the
            list.
        xp: `numpy` or `keras.ops`.
    """
    own, other = scores[:, :, None], scores[:, None, :]
    index = xp.arange(xp.shape(scores)[1])
    is_first = index[None, None, :] < index[None, :, None]
    if ties == "worst":
        less, more = relevance[:, None, :], relevance[:, :, None]
        is_first = xp.logical_or(less < more, xp.logical_and(less == more, is_first))
    is_ahead = xp.logical_or(other > own, xp.logical_and(other == own, is_first))
    return _how_many(xp.logical_and(relevance[:, None, :] >= 0, is_ahead), xp)


def _how_many(condition: Any, xp: ModuleType) -> Any:
    return xp.sum(xp.where(condition, 1, 0), axis=-1)
