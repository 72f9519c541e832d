"""Run by test_replicas.py with KERAS_BACKEND=jax: every metric compiled, and four devices."""

import json

import jax
import keras
import numpy as np

from ftkeras import catalog, metrics
from tests.helpers import metric_checks

BATCH = 64


def compiled(family, together):
    """One compiled step of all metrics of a family, over even batches and a padded last one."""
    one = family.one(seed=3, size=200)
    size = -(-len(one) // BATCH) * BATCH
    rows = np.arange(size) % len(one)
    weights = (np.arange(size) < len(one)).astype("float32")
    together[0].share(together[1:])
    step = metric_checks.compiled_steps(together)["jit"]
    for start in range(0, size, BATCH):
        part = rows[start : start + BATCH]
        shown = step(one.y_true[part], one.predictions[part], weights[start : start + BATCH])
    pairs = zip(together, shown, strict=True)
    return {f"{metric.name} {family}": found(metric, one, live) for metric, live in pairs}


def found(metric, one, live):
    """What a metric says, beside what NumPy does."""
    counts = metric.score.counts
    tallied = counts.tally(metric.inputs.units(one.y_true, one.predictions, np))
    bound = metric.score.error_bound(counts.live(metric.counted(), np), np)
    return {
        "streamed": float(metric.result()),
        "exact": metric.score(one.y_true, one.predictions),
        "bound": metric.error_bound() or 0.0,
        "live": float(live),
        "live_bound": float(bound or 0.0),
        "counts_differ": float((np.abs(metric.counted() - tallied) / (1 + np.abs(tallied))).max()),
    }


def large(power):
    """Counts on from 2^power inside the compiled step."""
    metric = metrics.Accuracy()
    parts = next(iter(metric._state.sums.values())).parts
    parts[0].assign(np.full(parts[0].shape, 2.0**power, "float32"))
    step = metric_checks.compiled_updates(metric)["jit"]
    for _ in range(1000):
        step(np.array([1, 1, 0]), np.array([1.0, -1.0, -1.0], "float32"), np.ones(3, "float32"))
    return (metric.counted() - 2.0**power).tolist()


def parallel():
    """`evaluate` and `fit` over four devices, the last batch padded with weight 0."""
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(103, 4)).astype("float32"), rng.integers(0, 3, 103)
    padding = -len(x) % 24
    weights = np.r_[np.ones(len(x)), np.zeros(padding)].astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    chosen = ["accuracy", "f1_score", "area_under_roc_curve", "log_loss"]
    suite = metrics.suite("multiclass", num_classes=3, metrics=chosen)
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    model.compile(loss=loss, weighted_metrics=suite)
    padded = np.r_[x, np.zeros((padding, 4), "float32")], np.r_[y, np.zeros(padding, int)]
    found = model.evaluate(
        *padded, sample_weight=weights, batch_size=24, return_dict=True, verbose=0
    )
    logits = x @ model.get_weights()[0] + model.get_weights()[1]
    return {
        "devices": len(jax.devices()),
        "found": found,
        "exact": {metric.name: metric.score(y, logits) for metric in suite},
        "bound": suite[2].error_bound(),
        "counted": float(suite[0].counted()[1].sum()),
    }


def by_family():
    """Every metric that is counted in a compiled step, with each family that is a case of its own."""
    grouped = {}
    for name in catalog.names("metrics"):
        belongs = metric_checks.variants("metrics", name)
        # Curves of two classes and of more are two kinds of counts; the rest differs in size.
        if "num_buckets" not in catalog.parameters("metrics", name):
            belongs = belongs[-1:]
        for family, metric in belongs:
            if family.is_compiled:
                grouped.setdefault(str(family), (family, []))[1].append(metric)
    return grouped.values()


def main():
    said = {"metrics": {}, "large": {power: large(power) for power in (24, 31, 40)}}
    for family, together in by_family():
        said["metrics"] |= compiled(family, together)
    said["parallel"] = parallel()
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main()
