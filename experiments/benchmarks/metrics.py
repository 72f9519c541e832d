"""What streaming metrics cost a compiled step: ours, Keras' own, torchmetrics, and scikit-learn.

Run `python -m experiments.benchmarks.metrics`; `--quick` takes fewer bursts, `--classes 2` some
cells, `--minilm` adds the share of a training step of MiniLM (`python -m experiments.assets minilm`
fetches it). torchmetrics takes part where it is installed.

All contenders of a cell run in turn, burst after burst in shuffled order, on one thread, and
processor time is counted: a machine with other work on it hits them alike. A cost is the lower
decile of the bursts less that of a step without metrics; the ratio is given with its range over
five parts of the bursts. Above 1 ours is cheaper. Operations are those of the optimised graph: they
need no quiet machine.
"""

import argparse
import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit
from sklearn import metrics as sklearn_metrics
from tensorflow.python.eager import context

import ftkeras
from experiments.assets.catalogue import FETCHED
from ftkeras import metrics

RESULTS = Path(__file__).parent / "results" / "metrics.json"
BINARY = ("accuracy", "precision", "recall", "f1_score", "area_under_roc_curve",
          "average_precision")  # fmt: skip
QUIET = 0.1
FREE = {"Const", "_Arg", "_Retval", "NoOp", "Identity"}
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


def keras_multiclass() -> list[keras.metrics.Metric]:
    """Returns Keras' set for many classes, which wants one-hot labels for all but accuracy."""
    return [
        keras.metrics.CategoricalAccuracy(),
        keras.metrics.F1Score(average="macro"),
        keras.metrics.Precision(),
        keras.metrics.Recall(),
        keras.metrics.CategoricalCrossentropy(),
    ]


def torch_collection(num_classes: int) -> Callable[[], object] | None:
    """Returns torchmetrics' collection with compute groups, `None` where it is not installed."""
    try:
        torchmetrics = importlib.import_module("torchmetrics")
    except ImportError:
        return None
    kinds = torchmetrics.classification
    if num_classes == 2:
        members = [
            kinds.BinaryAccuracy(), kinds.BinaryPrecision(), kinds.BinaryRecall(),
            kinds.BinaryF1Score(), kinds.BinaryAUROC(thresholds=200),
            kinds.BinaryAveragePrecision(thresholds=200),
        ]  # fmt: skip
    else:
        macro = {"num_classes": num_classes, "average": "macro"}
        members = [
            kinds.MulticlassAccuracy(num_classes, average="micro"),
            kinds.MulticlassF1Score(**macro), kinds.MulticlassPrecision(**macro),
            kinds.MulticlassRecall(**macro),
        ]  # fmt: skip
    return torchmetrics.MetricCollection(members, compute_groups=True)


def torch_step(num_classes: int, labels: np.ndarray, logits: np.ndarray) -> Callable | None:
    """Returns a step that updates and reads torchmetrics' collection, eagerly as PyTorch does."""
    collection = torch_collection(num_classes)
    if collection is None:
        return None
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    scores = torch.tensor(logits.reshape(-1) if num_classes == 2 else logits)
    given = (scores, torch.tensor(labels.reshape(-1)))

    def step(*_: tf.Tensor) -> object:
        collection.update(*given)
        return collection.compute()

    return step


def bursts(
    steps: dict[str, Callable], batch: tuple, count: int, length: int, warming: int = 3
) -> dict[str, np.ndarray]:
    """Returns processor seconds a step for each contender, one value a burst."""
    rng = np.random.default_rng(0)
    for step in steps.values():
        for _ in range(warming):
            step(*batch)
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(count):
        for name in rng.permutation(list(steps)):
            start = time.process_time()
            for _ in range(length):
                steps[name](*batch)
            seconds[name].append((time.process_time() - start) / length)
    return {name: np.array(each) for name, each in seconds.items()}


def operations(step: Step, batch: tuple) -> int:
    """Returns how many operations the optimised graph of a step has, constants left out."""
    runner = context.context()
    runner.enable_run_metadata()
    step(*batch)
    graphs = [each.post_optimization_graph for each in runner.export_run_metadata().function_graphs]
    runner.disable_run_metadata()
    largest = max(graphs, key=lambda graph: len(graph.node))
    return sum(node.op not in FREE for node in largest.node)


def contenders(
    num_classes: int, size: int, xla: bool
) -> tuple[dict[str, Callable], tuple[tf.Tensor, tf.Tensor]]:
    """Returns the steps of all contenders and their batch."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, num_classes, size)
    logits = rng.normal(size=(size, 1 if num_classes == 2 else num_classes)).astype("float32")
    if num_classes == 2:
        labels = tf.constant(classes[:, None], "float32")
        ours = metrics.suite("binary", metrics=BINARY)
        theirs, change = keras_binary(), tf.sigmoid
    else:
        labels = tf.one_hot(classes, num_classes)
        chosen = ["accuracy", "f1_score", "precision", "recall", "log_loss"]
        ours = metrics.suite("multiclass", num_classes, chosen, one_hot=True)
        theirs, change = keras_multiclass(), tf.nn.softmax
    steps = {
        "ours": compiled(ours, xla, lambda given: given),
        "keras": compiled(theirs, xla, change),
        "none": baseline(xla, lambda given: given),
    }
    torch = None if xla else torch_step(num_classes, classes, logits)
    if torch is not None:
        steps["torchmetrics"] = torch
    return steps, (labels, tf.constant(logits))


def cell(num_classes: int, size: int, xla: bool, count: int) -> dict[str, float]:
    """Returns the marginal cost of all sets and their ratios in one setting."""
    steps, batch = contenders(num_classes, size, xla)
    found: dict[str, float] = {}
    if not xla:
        for name in ("ours", "keras"):
            found[f"{name}_operations"] = operations(steps[name], batch)
    length = 2 if num_classes * size > 300_000 else 10
    seconds = bursts(steps, batch, count, length)

    def cost(name: str, part: slice) -> float:
        floor = np.quantile(seconds["none"][part], QUIET)
        # PyTorch is called without TensorFlow, so nothing is taken off.
        floor = 0.0 if name == "torchmetrics" else floor
        return max(float(np.quantile(seconds[name][part], QUIET) - floor), 1e-6)

    parts = [slice(None), *(slice(start, None, 5) for start in range(5))]
    for name in steps:
        if name == "none":
            continue
        found[f"{name}_us"] = 1e6 * cost(name, parts[0])
        if name != "ours":
            ratios = [cost(name, part) / cost("ours", part) for part in parts]
            found[f"{name}_ratio"] = ratios[0]
            found[f"{name}_ratio_low"], found[f"{name}_ratio_high"] = min(ratios), max(ratios)
    return found


def minilm(count: int) -> dict[str, float]:
    """Returns what the recommended suite adds to a training step of MiniLM, batch 32 by 128."""
    backbone = ftkeras.load_backbone(str(FETCHED / "minilm"), sequence_length=128)
    model = ftkeras.build_model(backbone, "binary")
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(1e-5), loss, jit_compile=False)
    encoded = backbone.preprocess(["a sentence of some words to be read"] * 32)
    labels = np.arange(32)[:, None] % 2
    steps, batch = contenders(2, 32, False)
    suite = compiled(metrics.suite("binary"), False, lambda given: given)
    seconds = bursts({"suite": suite, "none": steps["none"]}, batch, 20 * count, 10)
    added = np.quantile(seconds["suite"], QUIET) - np.quantile(seconds["none"], QUIET)
    trained = bursts({"step": lambda: model.train_on_batch(encoded.arrays, labels)}, (), 2, 1, 1)
    step = float(np.min(trained["step"]))
    return {"suite_us": 1e6 * added, "step_us": 1e6 * step, "share": float(added / step)}


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
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
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


def told(name: str, result: dict[str, float]) -> str:
    """Returns a line for a cell."""
    line = f"{name:30s} ours {result['ours_us']:8.0f} us"
    for other in ("keras", "torchmetrics"):
        if f"{other}_us" in result:
            line += (
                f"; {other} {result[f'{other}_us']:8.0f} us, {result[f'{other}_ratio']:4.1f} times "
                f"({result[f'{other}_ratio_low']:.1f} to {result[f'{other}_ratio_high']:.1f})"
            )
    if "ours_operations" in result:
        line += f"; {result['ours_operations']} operations for {result['keras_operations']}"
    return line


def main() -> None:
    """Runs the cells, prints them and writes them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer bursts")
    parser.add_argument("--classes", type=int, nargs="*", default=[2, 100, 1000])
    parser.add_argument("--minilm", action="store_true", help="the share of a training step too")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    count = 25 if arguments.quick else 100
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for num_classes in arguments.classes:
        for size in (32, 256, 4096):
            for xla in (False, True):
                name = f"{num_classes} classes, batch {size}, {'XLA' if xla else 'graph'}"
                found[name] = cell(num_classes, size, xla, count)
                print(told(name, found[name]), flush=True)
    if arguments.minilm:
        found["training step of MiniLM"] = result = minilm(1 if arguments.quick else 5)
        print(
            f"a training step of MiniLM: {result['step_us'] / 1e3:.0f} ms, of which the suite "
            f"{result['suite_us'] / 1e3:.2f} ms: {result['share']:.3%}"
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
