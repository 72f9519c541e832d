"""How much more data would help: linear probes on nested parts of the cached features."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ftkeras.message import message
from ftkeras.statistics import power_law

_ORDERS = 5
_HALVINGS = 5
_SMALLEST = 20
# Each order of adding examples is this many fits; beyond, a curve costs more than the run.
_MOST_EXAMPLES = 20_000


def learning_curve(
    features: dict[str, NDArray[np.float32]],
    labels: dict[str, NDArray[np.int64]],
    seed: int,
    progress: Callable[..., Any],
) -> dict[str, Any] | None:
    """Returns the error on validation at growing sizes of the training part, and the law of it.

    Logistic regression is fitted on the first 1/32, 1/16, ... of the training part and on all of
    it, in five random orders. The features are there already, so the backbone is not asked again;
    the test part is not looked at.

    Args:
        features: Part -> `(examples, features)`, with `train` and `validation`.
        labels: Part -> class indices.
        seed: Seed of the orders.
        progress: Called with what is done and the total.

    Returns:
        `sizes`, `errors` (mean at each size), `spread` (over orders), and the `law`; `None` where
        the training part is too small for a curve.
    """
    train = features["train"].reshape(len(features["train"]), -1)[:_MOST_EXAMPLES]
    known = labels["train"][:_MOST_EXAMPLES]
    judged = features["validation"].reshape(len(features["validation"]), -1)
    sizes = _sizes(known)
    if len(sizes) < 4:
        return None
    rng = np.random.default_rng(seed)
    errors = np.empty((_ORDERS, len(sizes), len(judged)))
    for order in range(_ORDERS):
        rows = _order(known, rng)
        for column, size in enumerate(sizes):
            chosen = rows[:size]
            answers = _answers(train[chosen], known[chosen], judged)
            errors[order, column] = answers != labels["validation"]
            progress(order * len(sizes) + column + 1, _ORDERS * len(sizes), f"{size:,} examples")
    law = power_law.fit(sizes, errors, seed=seed)
    means = errors.mean(axis=2)
    return {
        "score": "accuracy",
        "model": "features_logistic_regression",
        "sizes": sizes.tolist(),
        "errors": means.mean(axis=0).tolist(),
        "spread": means.std(axis=0, ddof=1).tolist(),
        "judged_on": message("validation ({examples:,} examples)", examples=len(judged)),
        "law": {
            "floor": law.floor,
            "scale": law.scale,
            "exponent": law.exponent,
            "gain": law.gain,
            "low": law.low,
            "high": law.high,
            "level": law.level,
        },
    }


def _sizes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    smallest = max(_SMALLEST, 2 * len(np.unique(labels)))
    sizes = [len(labels) // 2**halving for halving in range(_HALVINGS, -1, -1)]
    return np.array([size for size in sizes if size >= smallest], "int64")


def _order(labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """A random order whose beginning has an example of every class."""
    rows = rng.permutation(len(labels))
    _, first = np.unique(labels[rows], return_index=True)
    return np.concatenate([rows[np.sort(first)], np.delete(rows, first)])


def _answers(
    features: NDArray[np.float32], labels: NDArray[np.int64], judged: NDArray[np.float32]
) -> NDArray[np.int64]:
    with threadpool_limits(limits=1):
        scaler = StandardScaler().fit(features)
        # The penalty of a mean over examples stays the same as they grow in number.
        model = LogisticRegression(C=10 / len(labels), max_iter=2000)
        model.fit(scaler.transform(features), labels)
        return model.predict(scaler.transform(judged))
