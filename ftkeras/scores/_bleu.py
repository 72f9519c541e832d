"""The formula of BLEU over matches, n-grams and lengths, for a corpus and for a sentence."""

from types import ModuleType
from typing import Any

from ftkeras.errors import UserError

_DEFAULT_VALUES = {"exp": None, "floor": 0.1, "add-k": 1.0, "none": None}


def check_smoothing(smoothing: str, smoothing_value: float | None) -> None:
    """Raises `UserError` unless the smoothing is known and takes the value."""
    if smoothing not in _DEFAULT_VALUES:
        raise UserError(
            f"Expected `smoothing` to be one of {', '.join(_DEFAULT_VALUES)}. Received: "
            f"smoothing={smoothing!r}."
        )
    if smoothing_value is not None and (
        _DEFAULT_VALUES[smoothing] is None or not smoothing_value > 0
    ):
        raise UserError(
            "Expected a positive `smoothing_value` with smoothing='floor' or 'add-k', else None. "
            f"Received: smoothing={smoothing!r}, smoothing_value={smoothing_value!r}."
        )


def bleu(
    counts: Any,
    smoothing: str,
    smoothing_value: float | None,
    is_effective: bool,
    xp: ModuleType,
) -> Any:
    """Returns 100 x brevity penalty x geometric mean of the precisions.

    Args:
        counts: `(..., 2 + 2 orders)`; see `NgramMatches`.
        smoothing: What an order without matches counts as: see `Bleu`.
        smoothing_value: The value of `"floor"` and `"add-k"`; `None` for the usual one.
        is_effective: Whether orders longer than every translation are left out of the mean.
        xp: `numpy` or `keras.ops`.
    """
    orders = (counts.shape[-1] - 2) // 2
    made_tokens, true_tokens = counts[..., 0], counts[..., 1]
    value = _DEFAULT_VALUES[smoothing] if smoothing_value is None else smoothing_value
    logarithms, used, has_zero, halvings = 0.0, 0.0, made_tokens < 0, 0.0
    for order in range(orders):
        found, made = counts[..., 2 + order], counts[..., 2 + orders + order]
        if smoothing == "add-k" and order > 0:
            found, made = found + value, made + value
        is_made, is_found = made > 0, found > 0
        if smoothing == "exp":
            halvings = halvings + xp.where(is_found, 0.0, 1.0)
            found = xp.where(is_found, found, 0.5**halvings)
        elif smoothing == "floor":
            found = xp.where(is_found, found, value)
        counts_for = is_made if is_effective else made_tokens >= 0
        is_zero = xp.logical_or(found <= 0, xp.logical_not(is_made))
        has_zero = xp.logical_or(has_zero, xp.logical_and(counts_for, is_zero))
        share = xp.where(is_zero, 1.0, found) / xp.where(is_zero, 1.0, made)
        logarithms = logarithms + xp.where(counts_for, xp.log(share), 0.0)
        used = used + xp.where(counts_for, 1.0, 0.0)
    any_match = xp.sum(counts[..., 2 : 2 + orders], axis=-1) > 0
    has_zero = xp.logical_or(has_zero, xp.logical_not(any_match))
    some_tokens = xp.where(made_tokens > 0, made_tokens, 1.0)
    penalty = xp.exp(xp.minimum(1 - true_tokens / some_tokens, 0.0))
    mean = xp.exp(logarithms / xp.where(used > 0, used, 1.0))
    defined = xp.where(has_zero, 0.0, 100.0 * penalty * mean)
    return xp.where(true_tokens > 0, defined, float("nan"))
