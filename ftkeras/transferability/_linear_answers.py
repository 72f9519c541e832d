"""What linear models of one fold answer, at every strength of their penalty."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ftkeras.transferability._targets import Targets

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse strengths of the L2 penalty, as scikit-learn counts them, on standardised features."""
_PENALTIES = tuple(10.0**power for power in range(-1, 6))
_TINY = np.finfo(float).tiny


def answers(
    targets: Targets, x: NDArray[np.float64], rows: NDArray[np.int64], unseen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Returns `(strengths, unseen, outputs)`: probabilities, or standardised numbers.

    Args:
        targets: Of all examples.
        x: Features of all examples; they are standardised by the rows that are fitted on.
        rows: What is fitted on.
        unseen: What is answered.
    """
    fitted, asked = _standard(x[rows], x[unseen])
    if targets.kind == "numbers":
        return _ridge(fitted, targets.table[rows], asked)
    if targets.kind == "labels":
        each = [_label(fitted, column[rows], asked) for column in targets.table.T]
        return np.stack(each, axis=-1)
    return _classes(fitted, targets.codes[rows], asked)


def losses(targets: Targets, said: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns `(..., examples)`: log loss of classes or labels, squared errors of numbers.

    Args:
        targets: Of all examples.
        said: `(..., examples, outputs)` answers for all examples.
    """
    if targets.kind == "numbers":
        return np.asarray(((said - targets.table) ** 2).mean(axis=-1))
    if targets.kind == "labels":
        true = np.where(targets.table == 1, said, 1 - said)
        return np.asarray(-np.log(np.maximum(true, _TINY)).mean(axis=-1))
    true = said[..., np.arange(len(targets.codes)), targets.codes]
    return np.asarray(-np.log(np.maximum(true, _TINY)))


def _standard(
    x: NDArray[np.float64], unseen: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 1e-12 * np.maximum(np.abs(mean), 1e-300), spread, 1.0)
    return (x - mean) / spread, (unseen - mean) / spread


def _classes(
    x: NDArray[np.float64], y: NDArray[np.int64], unseen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each fit begins where the last one ended."""
    model = LogisticRegression(warm_start=True, max_iter=500, tol=1e-3)
    found = []
    for strength in STRENGTHS:
        model.set_params(C=strength).fit(x, y)
        found.append(model.predict_proba(unseen))
    return np.stack(found)


def _label(
    x: NDArray[np.float64], y: NDArray[np.float64], unseen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns `(strengths, unseen)`; what always or never holds has half an example against it."""
    held = np.clip(y.sum(), 0.5, len(y) - 0.5) / len(y)
    if y.min() == y.max():
        return np.full((len(STRENGTHS), len(unseen)), held)
    return _classes(x, y.astype("int64"), unseen)[..., 1]


def _ridge(
    x: NDArray[np.float64], y: NDArray[np.float64], unseen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """All penalties by one singular value decomposition."""
    mean = y.mean(axis=0)
    u, s, v = np.linalg.svd(x, full_matrices=False)
    along, across = u.T @ (y - mean), unseen @ v.T
    shrunk = [s / (s**2 + penalty) for penalty in _PENALTIES]
    return np.stack([mean + (across * each) @ along for each in shrunk])
