"""How alike two sets of features are, and how many directions a change of weights has."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError


def centred_kernel_alignment(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Returns linear centred kernel alignment (CKA) of two representations of the same examples.

    With centred X and Y it is ||Y'X||^2 / (||X'X|| ||Y'Y||) in Frobenius norms: 1 where one is the
    other turned or scaled, near 0 where they have nothing in common. With fewer examples than
    features it is biased towards 1.

    Args:
        first: `(examples, features)`.
        second: `(examples, other features)`, of the same examples in the same order.

    Returns:
        A number in [0, 1]; NaN where one of them is constant.

    Raises:
        UserError: They have different numbers of examples.

    Example:
        >>> features = np.random.default_rng(0).normal(size=(50, 4))
        >>> turned = features @ np.linalg.qr(features[:4])[0] * 3
        >>> round(centred_kernel_alignment(features, turned), 6)
        1.0

    References:
        Kornblith et al., 2019, Similarity of Neural Network Representations Revisited.
    """
    first, second = (np.asarray(x, "float64") for x in (first, second))
    if first.ndim != 2 or second.ndim != 2 or len(first) != len(second):
        raise UserError(
            "Expected features of the same examples, one row each. Received: shapes "
            f"{first.shape} and {second.shape}."
        )
    first, second = first - first.mean(axis=0), second - second.mean(axis=0)
    norms = np.linalg.norm(first.T @ first) * np.linalg.norm(second.T @ second)
    if norms == 0:
        return float("nan")
    return min(float(np.linalg.norm(second.T @ first) ** 2 / norms), 1.0)


def effective_rank(matrix: NDArray[np.floating]) -> float:
    """Returns how many directions a matrix really has: exp of the entropy of its singular values.

    With p_i the singular values divided by their sum it is exp(-sum p_i log p_i): 1 for an outer
    product, k for k equal singular values, 0 for zeros.

    Args:
        matrix: `(rows, columns)`.

    Example:
        >>> round(effective_rank(np.eye(5)), 6), effective_rank(np.zeros((2, 3)))
        (5.0, 0.0)

    References:
        Roy and Vetterli, 2007, The effective rank: a measure of effective dimensionality.
    """
    values = np.linalg.svd(np.asarray(matrix, "float64"), compute_uv=False)
    total = values.sum()
    if total == 0:
        return 0.0
    shares = values[values > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))
