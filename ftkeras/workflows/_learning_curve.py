"""How much more data would help: linear probes on nested parts of the cached features."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ftkeras.message import counted
from ftkeras.statistics import power_law
from ftkeras.workflows import _outcomes

_ORDERS = 5
_HALVINGS = 5
_SMALLEST = 20
# Each order of adding examples is this many fits; beyond, a curve costs more than the run.
_MOST_EXAMPLES = 20_000
_PENALTIES = tuple(10.0**power for power in range(-1, 7))
_OF_LAW = ("floor", "scale", "exponent", "gain", "low", "high", "level")
_KINDS = {"i8": "classes", "i1": "labels", "f8": "numbers"}
_MOST_JUDGED = 100_000


def learning_curve(
    features: dict[str, NDArray[np.float32]],
    labels: dict[str, NDArray[Any]],
    seed: int,
    progress: Callable[..., Any],
) -> dict[str, Any] | None:
    """Returns the error on validation at growing sizes of the training part, and the law of it.

    A linear probe is fitted on the first 1/32, 1/16, ... of the training part and on all of it, in
    five random orders: logistic regression for classes, ridge regression (its penalty by
    generalised leave-one-out) for numbers and for labels as numbers 0 and 1. Errors are shares of
    wrong classes, absolute errors of numbers, and what label ranking average precision is short
    of 1. The features are there already, so the backbone is not asked again; the test part is not
    looked at.

    Args:
        features: Part -> `(examples, features)`, with `train` and `validation`.
        labels: Part -> encoded labels: classes, labels or numbers.
        seed: Seed of the orders.
        progress: Called with what is done and the total.

    Returns:
        `score`, its `direction`, `sizes`, `errors` (mean at each size), `spread` (over orders), and
        the `law`; `None` where the training part is too small for a curve.
    """
    train, judged = (
        np.asarray(features[part][:most]).reshape(len(labels[part][:most]), -1)
        for part, most in (("train", _MOST_EXAMPLES), ("validation", _MOST_JUDGED))
    )
    known, truth = labels["train"][:_MOST_EXAMPLES], labels["validation"][:_MOST_JUDGED]
    sizes = _sizes(known)
    if len(sizes) < 4:
        return None
    count = known.shape[1] if known.ndim == 2 else 1
    kind = _KINDS[known.dtype.kind + str(known.dtype.itemsize)]
    score = _outcomes.score_of(kind, int(known.max()) + 1 if kind == "classes" else count)
    rng = np.random.default_rng(seed)
    errors = np.empty((_ORDERS, len(sizes), len(judged)))
    for order in range(_ORDERS):
        rows = _order(known, rng)
        for column, size in enumerate(sizes):
            chosen = rows[:size]
            if kind == "classes":
                answers = _answers(train[chosen], known[chosen], judged)
                errors[order, column] = answers != truth
            else:
                said = _numbers(train[chosen], known[chosen], judged)
                values = _outcomes.each(score, truth, said)
                errors[order, column] = 1 - values if score.direction == "max" else values
            progress(order * len(sizes) + column + 1, _ORDERS * len(sizes), f"{size:,} examples")
    law = power_law.fit(sizes, errors, seed=seed)
    means = errors.mean(axis=2)
    return {
        "score": score.name,
        "direction": score.direction,
        "model": "features_logistic_regression" if kind == "classes" else "features_ridge",
        "sizes": sizes.tolist(),
        "errors": means.mean(axis=0).tolist(),
        "spread": means.std(axis=0, ddof=1).tolist(),
        "judged_on": counted(
            "validation ({count:,} example)", "validation ({count:,} examples)", count=len(judged)
        ),
        "law": {name: getattr(law, name) for name in _OF_LAW},
    }


def _sizes(labels: NDArray[Any]) -> NDArray[np.int64]:
    several = 2 * len(np.unique(labels)) if labels.dtype == np.int64 else 0
    smallest = max(_SMALLEST, several)
    sizes = [len(labels) // 2**halving for halving in range(_HALVINGS, -1, -1)]
    return np.array([size for size in sizes if size >= smallest], "int64")


def _order(labels: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """A random order whose beginning has an example of every class, if there are classes."""
    rows = rng.permutation(len(labels))
    if labels.dtype != np.int64:
        return rows
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


def _numbers(
    features: NDArray[np.float32], labels: NDArray[Any], judged: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Returns `(judged, targets)`, in the units of the labels."""
    with threadpool_limits(limits=1):
        scaler = StandardScaler().fit(features)
        targets = labels.reshape(len(labels), -1).astype("float64")
        centre, spread = targets.mean(axis=0), targets.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        model = RidgeCV(_PENALTIES).fit(scaler.transform(features), (targets - centre) / spread)
        said = model.predict(scaler.transform(judged)).reshape(len(judged), -1)
    return np.asarray(said * spread + centre)
