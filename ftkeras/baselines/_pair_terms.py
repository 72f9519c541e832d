"""Weighted words of two texts: what is in both, and what is in one only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ftkeras.statistics.weighted_terms import WeightedTerms


class PairTerms:
    """`[|u - v|, u * v, u + v]` of the TF-IDF vectors u and v of both texts."""

    def fit_transform(self, pairs: NDArray[np.object_]) -> Any:
        """Takes the terms from both texts of all pairs of a training part; returns their matrix."""
        self._terms = WeightedTerms()
        self._terms.fit_transform(np.array([text for pair in pairs for text in pair], object))
        return self.transform(pairs)

    def transform(self, pairs: NDArray[np.object_]) -> Any:
        """Returns the matrix of pairs."""
        sides = zip(*pairs, strict=True)
        u, v = (sparse.csr_matrix(self._terms.transform(np.array(side, object))) for side in sides)
        return sparse.hstack([abs(u - v), u.multiply(v), u + v]).tocsr()
