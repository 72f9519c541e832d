"""From which margin on it is better to say that there is no answer."""

import math

import numpy as np
from numpy.typing import NDArray


def best_threshold(
    margins: NDArray[np.floating], answered: NDArray[np.floating], silent: NDArray[np.floating]
) -> tuple[float, float]:
    """Returns the margin above which "no answer" is said, and the mean score that this gives.

    It maximises the mean of `answered` where the margin is at most the threshold and `silent` where
    it is above. Between two margins the threshold lies in the middle; of equally good ones the one
    nearest to 0 is taken.

    Args:
        margins: `(examples,)` score of "no answer" minus that of the best answer.
        answered: `(examples,)` what the best answer scores.
        silent: `(examples,)` what "no answer" scores.

    Returns:
        Threshold and score; NaN for both where there are no examples.

    Example:
        >>> best_threshold(np.array([-3.0, 1.0, 2.0]), np.array([1.0, 1, 0]), np.array([0, 0, 1.0]))
        (1.5, 1.0)

    References:
        Rajpurkar et al., 2018, ACL: `find_best_thresh` of `evaluate-v2.0.py`.
    """
    if not len(margins):
        return math.nan, math.nan
    order = np.argsort(margins, kind="stable")
    sorted_, gains = margins[order], (answered - silent)[order]
    totals = silent.sum() + np.concatenate([[0.0], np.cumsum(gains)])
    # After k examples are answered; between equal margins nothing can be cut.
    allowed = np.concatenate([[True], sorted_[1:] > sorted_[:-1], [True]])
    cuts = np.concatenate(
        [[sorted_[0] - 1.0], (sorted_[1:] + sorted_[:-1]) / 2, [sorted_[-1] + 1.0]]
    )
    best = np.flatnonzero(allowed & (totals >= totals[allowed].max() - 1e-9))
    chosen = best[np.argmin(np.abs(cuts[best]))]
    return float(cuts[chosen]), float(totals[chosen] / len(margins))
