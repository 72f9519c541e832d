"""Rows of a table as a matrix: numbers as they are, a column for each category."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.preprocessing import StandardScaler


class Columns:
    """One column a number (`nan` where it is missing) and one a category, 0 or 1.

    Categories that the training part lacks are zeros in all columns.
    """

    def fit_transform(self, rows: NDArray[np.object_]) -> NDArray[np.float64]:
        """Takes the categories from the rows of a training part; returns their matrix."""
        self._vectorizer = DictVectorizer(sparse=False)
        return np.asarray(self._vectorizer.fit_transform(list(rows)), np.float64)

    def transform(self, rows: NDArray[np.object_]) -> NDArray[np.float64]:
        """Returns the matrix of rows."""
        return np.asarray(self._vectorizer.transform(list(rows)), np.float64)


class StandardColumns:
    """The same, standardised by the training part: 0 and an indicator where a number is missing."""

    def fit_transform(self, rows: NDArray[np.object_]) -> NDArray[np.float64]:
        """Takes means and deviations from the rows of a training part; returns their matrix."""
        self._columns = Columns()
        matrix = self._columns.fit_transform(rows)
        self._gaps = np.flatnonzero(np.isnan(matrix).any(axis=0))
        # A column without a number has no mean; its zeros say nothing.
        empty = np.isnan(matrix).all(axis=0)
        self._scaler = StandardScaler().fit(np.where(empty, 0.0, matrix))
        return self._standard(matrix)

    def transform(self, rows: NDArray[np.object_]) -> NDArray[np.float64]:
        """Returns the matrix of rows."""
        return self._standard(self._columns.transform(rows))

    def _standard(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        missing = np.isnan(matrix[:, self._gaps]).astype("float64")
        scaled: Any = self._scaler.transform(matrix)
        return np.hstack([np.nan_to_num(scaled), missing])
