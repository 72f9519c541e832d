"""What every score asks of its arguments, and how example-wise scores are put together."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError


class Transferability(ABC):
    """A score of features for a question, with what each example contributes to it."""

    @property
    @abstractmethod
    def direction(self) -> str:
        """`"max"` or `"min"`: which way is better."""

    def __call__(self, features: Any, labels: Any) -> float:
        """Returns the score.

        Args:
            features: `(examples, width)` numbers.
            labels: `(examples,)` class indices from 0; for scores of other kinds of answers, too,
                `(examples, labels)` of 0 and 1, or floating-point numbers.

        Raises:
            UserError: The shapes do not fit, a number is not finite, or there is one class only.
        """
        return self.scored(features, labels)[0]

    def influences(self, features: Any, labels: Any) -> NDArray[np.float64]:
        """Returns `(examples,)`: how fast the score moves as an example's weight grows.

        With weights `w` (how often each example was drawn; their mean is 1) the score is
        `score + sum((w - 1) influences)` up to second order, so a bootstrap of it is a matrix
        product (the infinitesimal jackknife). Influences add up to 0.

        Args:
            features: `(examples, width)` numbers.
            labels: `(examples,)` class indices from 0.

        References:
            Efron and Tibshirani, 1993, An Introduction to the Bootstrap, chapter 21.
        """
        return self.scored(features, labels)[1]

    @abstractmethod
    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences of the examples, computed together."""


def of_mean(terms: NDArray[Any]) -> tuple[float, NDArray[np.float64]]:
    """Returns a mean over examples and the influence of each."""
    values = np.asarray(terms, "float64")
    return float(values.mean()), (values - values.mean()) / len(values)


def checked(features: Any, labels: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns float64 features and int64 labels; raises `UserError` where they are neither."""
    y = np.asarray(labels)
    if y.ndim != 1:
        raise UserError(
            "Expected (examples, width) features and one label an example. Received: labels of "
            f"shape {y.shape}."
        )
    x = checked_features(features, len(y))
    if not np.issubdtype(y.dtype, np.integer) or (len(y) and y.min() < 0):
        raise UserError(f"Expected class indices from 0. Received: labels={y!r}.")
    if len(np.unique(y)) < 2:
        raise UserError(f"Expected two classes or more. Received: {len(np.unique(y))}.")
    return x, y.astype("int64")


def checked_features(features: Any, examples: int) -> NDArray[np.float64]:
    """Returns float64 features; raises `UserError` unless they are finite, one row an example."""
    x = np.asarray(features, "float64")
    if x.ndim != 2 or len(x) != examples:
        raise UserError(
            "Expected (examples, width) features and one label an example. Received: features of "
            f"shape {x.shape}, {examples} labels."
        )
    if not np.isfinite(x).all():
        raise UserError(
            f"Expected finite features. Received: {int((~np.isfinite(x)).sum())} that are not."
        )
    return x


def one_hot(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns `(examples, classes)`: 1 where the label is, classes without examples left out."""
    return np.asarray(labels[:, None] == np.unique(labels)[None, :], "float64")
