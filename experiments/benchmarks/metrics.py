"""What streaming metrics cost a compiled step: ours, Keras' own, and scikit-learn at the end.

Run `python -m experiments.benchmarks.metrics`; `--quick` takes fewer rounds. All contenders of a
cell run in turn, round after round in shuffled order, so that a noisy machine hits them alike;
printed is the median ratio of paired rounds with its quartiles. Above 1 ours is cheaper.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit
from sklearn import metrics as sklearn_metrics

from ftkeras import metrics

RESULTS = Path(__file__).parent / "results" / "metrics.json"
BINARY = ("accuracy", "precision", "recall", "f1_score", "area_under_roc_curve",
          "average_precision")  # fmt: skip
STEPS = 20
Step = Callable[[tf.Tensor, tf.Tensor], list[tf.Tensor]]


def compiled(built: list[keras.metrics.Metric], xla: bool, change: Callable) -> Step:
    """Returns one function that updates all metrics and reads them, as Keras does at each step."""

    @tf.function(jit_compile=xla, autograph=False)
    def step(y_true: tf.Tensor, logits: tf.Tensor) -> list[tf.Tensor]:
        y_pred = change(logits)
        for metric in built:
            metric.update_state(y_true, y_pred)
        return [metric.result() for metric in built]

    return step


def baseline(xla: bool, change: Callable) -> Step:
    """Returns a step without metrics: what calling it costs by itself."""

    @tf.function(jit_compile=xla, autograph=False)
    def step(y_true: tf.Tensor, logits: tf.Tensor) -> list[tf.Tensor]:
        return [tf.reduce_sum(change(logits)) + tf.cast(tf.reduce_sum(y_true), "float32")]

    return step


def keras_binary() -> list[keras.metrics.Metric]:
    """Returns Keras' six for two classes."""
    return [
        keras.metrics.BinaryAccuracy(),
        keras.metrics.Precision(),
        keras.metrics.Recall(),
        keras.metrics.F1Score(threshold=0.5),
        keras.metrics.AUC(),
        keras.metrics.AUC(curve="PR"),
    ]


def keras_multiclass(num_classes: int) -> list[keras.metrics.Metric]:
    """Returns Keras' set for many classes, which wants one-hot labels for all but accuracy."""
    return [
        keras.metrics.CategoricalAccuracy(),
        keras.metrics.F1Score(average="macro"),
        keras.metrics.Precision(),
        keras.metrics.Recall(),
        keras.metrics.CategoricalCrossentropy(),
    ]


def rounds(steps: dict[str, Step], batch: tuple, count: int) -> dict[str, np.ndarray]:
    """Returns seconds a step for each contender, one value a round."""
    rng = np.random.default_rng(0)
    for step in steps.values():
        for _ in range(3):
            step(*batch)
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(count):
        for name in rng.permutation(list(steps)):
            start = time.perf_counter()
            for _ in range(STEPS):
                value = steps[name](*batch)
            value[0].numpy()
            seconds[name].append((time.perf_counter() - start) / STEPS)
    return {name: np.array(each) for name, each in seconds.items()}


def cell(num_classes: int, size: int, xla: bool, count: int) -> dict[str, float]:
    """Returns the marginal cost of both sets and their ratio in one setting."""
    rng = np.random.default_rng(0)
    if num_classes == 2:
        labels = tf.constant(rng.integers(0, 2, (size, 1)), "float32")
        logits = tf.constant(rng.normal(size=(size, 1)), "float32")
        ours = metrics.suite("binary", metrics=BINARY)
        theirs, change = keras_binary(), tf.sigmoid
    else:
        classes = rng.integers(0, num_classes, size)
        labels = tf.one_hot(classes, num_classes)
        logits = tf.constant(rng.normal(size=(size, num_classes)), "float32")
        chosen = ["accuracy", "f1_score", "precision", "recall", "log_loss"]
        ours = metrics.suite("multiclass", num_classes, chosen, one_hot=True)
        theirs, change = keras_multiclass(num_classes), tf.nn.softmax
    steps = {
        "ours": compiled(ours, xla, lambda logits: logits),
        "keras": compiled(theirs, xla, change),
        "none": baseline(xla, lambda logits: logits),
    }
    seconds = rounds(steps, (labels, logits), count)
    # The least of many rounds is the cost without a neighbour; ratios are taken round by round.
    floor = seconds["none"].min()
    ratios = np.maximum(seconds["keras"] - floor, 1e-7) / np.maximum(seconds["ours"] - floor, 1e-7)
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    return {
        "ours_us": 1e6 * float(np.median(seconds["ours"]) - floor),
        "keras_us": 1e6 * float(np.median(seconds["keras"]) - floor),
        "ratio": float(middle),
        "ratio_low": float(low),
        "ratio_high": float(high),
    }


def end_of_epoch(count: int, size: int = 1_000_000) -> dict[str, float]:
    """Returns what the result after a million rows costs, against scikit-learn on hoarded rows."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, size)
    logits = (rng.normal(size=size) + labels).astype("float32")
    suite = metrics.suite("binary", metrics=BINARY)
    for rows in np.array_split(np.arange(size), 10):
        suite[0].update_state(labels[rows], logits[rows])

    def ours() -> list[float]:
        return [float(metric.result()) for metric in suite]

    def theirs() -> list[float]:
        probabilities, said = expit(logits), logits > 0
        return [
            sklearn_metrics.accuracy_score(labels, said),
            sklearn_metrics.precision_score(labels, said),
            sklearn_metrics.recall_score(labels, said),
            sklearn_metrics.f1_score(labels, said),
            sklearn_metrics.roc_auc_score(labels, probabilities),
            sklearn_metrics.average_precision_score(labels, probabilities),
        ]

    ours()
    seconds = {"ours": [], "sklearn": []}
    for _ in range(count):
        for name, run in (("ours", ours), ("sklearn", theirs)):
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    ratios = np.array(seconds["sklearn"]) / np.array(seconds["ours"])
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    differ = max(abs(a - b) for a, b in zip(ours(), theirs(), strict=True))
    return {
        "ours_us": 1e6 * float(np.median(seconds["ours"])),
        "sklearn_us": 1e6 * float(np.median(seconds["sklearn"])),
        "ratio": float(middle),
        "ratio_low": float(low),
        "ratio_high": float(high),
        "largest_difference": differ,
    }


def main() -> None:
    """Runs all cells, prints them and writes them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    count = 9 if parser.parse_args().quick else 41
    found = {}
    for num_classes in (2, 100, 1000):
        for size in (32, 256, 4096):
            for xla in (False, True):
                name = f"{num_classes} classes, batch {size}, {'XLA' if xla else 'graph'}"
                found[name] = result = cell(num_classes, size, xla, count)
                print(
                    f"{name:34s} ours {result['ours_us']:9.0f} us, Keras {result['keras_us']:9.0f}"
                    f" us: {result['ratio']:5.1f} times "
                    f"({result['ratio_low']:.1f} to {result['ratio_high']:.1f})",
                    flush=True,
                )
    found["end of epoch, 1e6 rows"] = result = end_of_epoch(5)
    print(
        f"end of epoch, a million rows: ours {result['ours_us'] / 1e3:.1f} ms, scikit-learn "
        f"{result['sklearn_us'] / 1e3:.0f} ms: {result['ratio']:.0f} times; largest difference "
        f"{result['largest_difference']:.1e}"
    )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
