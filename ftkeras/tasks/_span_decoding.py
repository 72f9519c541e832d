"""From logits of begin and end at every position to the best pieces of a text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.tasks._windows import Window

SHOWN = 3
"""How many of the best answers are kept."""

_NOTHING = {"text": "", "start": -1, "score": float("-inf")}


def decoded(
    context: str,
    windows: Sequence[Window],
    places: Sequence[NDArray[np.int64]],
    outputs: NDArray[np.float32],
    *,
    longest: int,
    candidates: int,
) -> dict[str, Any]:
    """Returns the best piece of a context over all of its windows.

    The score of a piece is its logit of begin plus its logit of end; that of no answer is the sum
    at the first position, the least of all windows.

    Args:
        context: The whole context.
        windows: Its windows.
        places: Of each, `(length, 2)` where tokens stand in the piece; -1 where none may be meant.
        outputs: `(windows, length, 2)` logits.
        longest: Tokens of an answer, at most.
        candidates: How many pieces of each window are looked at.

    References:
        Devlin et al., 2019, NAACL, sections 4.2 and 4.3.
    """
    scores: dict[tuple[int, int], float] = {}
    null_score = float("inf")
    for window, at, logits in zip(windows, places, outputs.astype("float64"), strict=True):
        null_score = min(null_score, float(logits[0].sum()))
        for first, last, score in _best(at, logits[: len(at)], longest, candidates):
            span = window.begin + int(at[first, 0]), window.begin + int(at[last, 1])
            scores[span] = max(score, scores.get(span, -np.inf))
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
    if not ranked:
        return {**_NOTHING, "null_score": null_score, "best": []}
    best = [{"text": context[a:b], "start": a, "score": score} for (a, b), score in ranked]
    return {**best[0], "null_score": null_score, "best": best}


def _best(
    places: NDArray[np.int64], logits: NDArray[np.float64], longest: int, candidates: int
) -> list[tuple[int, int, float]]:
    """Returns the pieces of one window with the highest scores: first and last position, score."""
    allowed = places[:, 0] >= 0
    begin = np.where(allowed, logits[:, 0], -np.inf)
    end = np.where(allowed, logits[:, 1], -np.inf)
    length, widest = len(begin), min(longest, len(begin))
    table = np.full((widest, length), -np.inf)
    for more in range(widest):  # row: positions further; column: where it begins
        table[more, : length - more] = begin[: length - more] + end[more:]
    flat = table.ravel()
    kept = min(candidates, len(flat))
    chosen = np.argpartition(-flat, kept - 1)[:kept]
    return [
        (int(k % length), int(k % length + k // length), float(flat[k]))
        for k in chosen
        if np.isfinite(flat[k])
    ]
