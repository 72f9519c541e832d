"""All values of a suite at a step, computed together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from ftkeras.contracts.score import Counts, Score
from ftkeras.metrics._namespace import namespace
from ftkeras.metrics._state import State

_MOST_ENTRIES = 512
"""Counts beyond this are not worth a matrix with a column for each."""


class Panel:
    """Scores that are read together.

    Scores that are a ratio of two linear functions of the same counts are one matrix product and
    one division; the others are computed by their formulas.

    Args:
        scores: The scores, in the order of their values.
    """

    def __init__(self, scores: Sequence[Score]) -> None:
        self.scores = list(scores)
        self._linear: dict[Counts, tuple[list[int], NDArray[np.float64]]] = {}
        groups: dict[Counts, list[int]] = {}
        for place, score in enumerate(self.scores):
            groups.setdefault(score.counts, []).append(place)
        for kind, places in groups.items():
            sides = {
                place: found
                for place in places
                if (found := _coefficients(self.scores[place])) is not None
            }
            # One division alone is cheaper by its formula.
            if len(sides) > 1:
                parts, wholes = zip(*sides.values(), strict=True)
                self._linear[kind] = (list(sides), np.stack([*parts, *wholes]))

    def values(self, state: State) -> Sequence[Any]:
        """Returns the value of each score, float32 scalars, NaN where undefined or in doubt."""
        places: list[int] = []
        pieces = []
        for kind, (linear, rows) in self._linear.items():
            counts = state.read(kind)
            matrix = ops.convert_to_tensor(rows, counts.dtype)
            sums = ops.matmul(matrix, ops.reshape(counts, (-1, 1)))
            parts, wholes = ops.unstack(ops.reshape(sums, (2, len(linear))), 2)
            pieces.append(parts / wholes)
            places += linear
        rest = [place for place in range(len(self.scores)) if place not in places]
        if rest:
            scores = [self.scores[place] for place in rest]
            values = [score.formula(state.read(score.counts), namespace) for score in scores]
            pieces.append(ops.stack(values))
            places += rest
        together = ops.concatenate(pieces) if len(pieces) > 1 else pieces[0]
        doubtless = ops.cast(together + ops.cast(state.doubt(), together.dtype), "float32")
        values = ops.unstack(doubtless, len(places))
        return [values[places.index(place)] for place in range(len(places))]


def _coefficients(score: Score) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Returns what each entry of the counts adds to part and whole, `None` if there are none."""
    size = score.counts.size
    if size > _MOST_ENTRIES:
        return None
    # A linear function is known by its values on a table with one unit, wherever that stands.
    sides = score.fraction(np.eye(size).reshape(size, *score.counts.shape), np)
    return None if sides is None else (np.asarray(sides[0]), np.asarray(sides[1]))
