"""120 heads for the price of one: folds, learning rates and seeds trained together.

    python -m experiments.benchmarks.cross_validation            # about 10 minutes on 2 quiet cores
    python -m experiments.benchmarks.cross_validation --quick    # a minute; shows that it runs

5 folds x 8 learning rates x 3 seeds (initial weights and data order) of a linear head on a frozen
MiniLM, over all tweets of the demo, batches of 32, AdamW, at most 30 epochs with patience 5. All
contestants in one process, taking turns, each from raw texts and a loaded backbone, with an empty
cache.

* `stack`: the one pass over all tweets, then the 120 heads as one.
* `single_fit`: the same pass, then one head by `Recipe.fit` on 70% with 15% for validation.
* `scikit_learn`: `cross_validate` of logistic regression on the same features, 8 strengths of the
  penalty and 3 shufflings of the folds: 120 fits. The pass is not in it.
* `keras_hub`: `BertTextClassifier.fit` on a frozen backbone, one epoch on a part of one fold,
  extrapolated: to the 5 folds of one setting with one seed, as many epochs as `single_fit` took.

Expected: `stack` at most 1.5 times as long as `single_fit`; an accuracy over held-out folds like
that of logistic regression.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_hub
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ftkeras
from experiments.assets.catalogue import FETCHED
from ftkeras import metrics
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.phase import Phase
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.folds.stratified import Stratified
from ftkeras.data.repeats import part_of_rows
from ftkeras.data.sources import csv
from ftkeras.model import build_head
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective
from ftkeras.training.recipe import Part, Recipe
from ftkeras.training.stacked_heads import FoldedExamples, Grid, StackedHeads

RESULTS = Path(__file__).parent / "results" / "cross_validation.json"
MINILM = FETCHED / "minilm"
LENGTH = 128
FOLDS = 5
RATES = tuple(10.0 ** np.linspace(-4, -1.5, 8))
SEEDS = 3
STRENGTHS = tuple(10.0 ** np.linspace(-4, 3, 8))
PHASE = Phase(Call("linear_probe"), epochs=30, learning_rate=3e-3, batch_size=32, patience=5)
HEAD = Call("linear", {"dropout": 0.1})
LOSS = "BinaryCrossentropy(from_logits=True)"


@dataclass(frozen=True)
class Tweets:
    """All tweets, and which fold may use which."""

    dataset: Dataset
    labels: NDArray[np.int64]
    parts: NDArray[np.str_]


@dataclass
class Run:
    """What one contestant did once."""

    contestant: str
    wall_seconds: float
    cpu_seconds: float
    accuracy: float | None
    heads: int
    pass_seconds: float = 0.0
    pass_cpu_seconds: float = 0.0
    epochs: int = 0


Contestant = Callable[[Tweets], Run]


class Clock:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Returns both."""
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def read(count: int) -> Tweets:
    """Returns distinct tweets with five stratified folds."""
    dataset, _ = deduplicate(csv.build(str(FETCHED / "tweets" / "tweets.csv"), label="sentiment"))
    dataset = dataset.take(np.random.default_rng(0).permutation(len(dataset))[:count])
    splits = Stratified(folds=FOLDS)(dataset, seed=0)
    parts = np.stack([part_of_rows(dataset, split) for split in splits])
    return Tweets(dataset, (dataset.labels == "positive").astype("int64"), parts)


def stack_contestant(backbone: object, features: list[NDArray[np.float32]]) -> Contestant:
    """One pass, then all heads as one; leaves the features for scikit-learn."""

    def run(tweets: Tweets) -> Run:
        with tempfile.TemporaryDirectory() as directory:
            clock = Clock()
            cache = FeatureCache(Path(directory), backbone, backbone.taps[0])
            taken = cache.features(tweets.dataset.ids, tweets.dataset.inputs.tolist())
            passed = clock.read()
            order, fold, rate = np.indices((SEEDS, FOLDS, len(RATES)))
            flat = (SEEDS, -1)
            decay = np.full((SEEDS, FOLDS * len(RATES)), PHASE.weight_decay)
            grid = Grid(tuple(range(SEEDS)), fold.reshape(flat), order.reshape(flat),
                        np.array(RATES)[rate].reshape(flat), decay)  # fmt: skip
            heads = [build_head(taken.shape[1:], HEAD, 1, seed) for seed in range(SEEDS)]
            stack = StackedHeads(heads[0], LOSS, epochs=PHASE.epochs, batch_size=PHASE.batch_size,
                                 patience=PHASE.patience)  # fmt: skip
            train, validation = tweets.parts == "train", tweets.parts == "validation"
            examples = FoldedExamples(taken, tweets.labels, train, validation)
            fitted = stack.fit(examples, grid, [head.get_weights() for head in heads])
            logits = stack.logits(fitted.weights, taken)
            wall, cpu = clock.read()
        features[:] = [taken]
        shape = (SEEDS, FOLDS, len(RATES))
        chosen = fitted.best_loss.reshape(shape).argmin(axis=-1)
        right = (logits[..., 0] > 0) == tweets.labels
        right = np.take_along_axis(right.reshape(*shape, -1), chosen[..., None, None], axis=2)
        test = np.broadcast_to(tweets.parts == "test", (SEEDS, *tweets.parts.shape))
        accuracy = float(right[:, :, 0][test].mean())
        return Run("stack", wall, cpu, accuracy, grid.fold.size, *passed, len(fitted.loss))

    return run


def single_contestant(backbone: object) -> Contestant:
    """One pass and one head, as `--mode=finetune` does it."""
    objective = Objective(LOSS, lambda: metrics.suite("binary"), "val_log_loss", "min")

    def run(tweets: Tweets) -> Run:
        share = np.arange(len(tweets.labels)) / len(tweets.labels)
        cuts = {"train": share < 0.7, "validation": (share >= 0.7) & (share < 0.85),
                "test": share >= 0.85}  # fmt: skip
        parts = {
            name: Part(tweets.dataset.ids[rows], tweets.dataset.inputs[rows], tweets.labels[rows])
            for name, rows in cuts.items()
        }
        with tempfile.TemporaryDirectory() as directory:
            clock = Clock()
            cache = FeatureCache(Path(directory), backbone, backbone.taps[0])
            cache.features(tweets.dataset.ids, tweets.dataset.inputs.tolist())
            passed = clock.read()
            model = ftkeras.build_model(backbone, "binary", head=HEAD)
            recipe = Recipe(model, backbone, cache, objective, lambda *_: lambda *_: None)
            recipe.fit([PHASE], parts["train"], parts["validation"], seed=0, log=None)
            logits, _ = recipe.predict(parts["test"], "test")
            wall, cpu = clock.read()
        accuracy = float(((logits[:, 0] > 0) == parts["test"].labels).mean())
        epochs = len(recipe.results[0].history["loss"])
        return Run("single_fit", wall, cpu, accuracy, 1, *passed, epochs)

    return run


def scikit_learn_contestant(features: list[NDArray[np.float32]]) -> Contestant:
    """120 fits of logistic regression on the features that the stack left."""

    def run(tweets: Tweets) -> Run:
        clock = Clock()
        accuracies = []
        for strength in STRENGTHS:
            scores = [
                cross_validate(
                    make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000)),
                    features[0],
                    tweets.labels,
                    cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
                )["test_score"]
                for seed in range(SEEDS)
            ]
            accuracies.append(float(np.mean(scores)))
        wall, cpu = clock.read()
        # The best strength is chosen on what is reported: a little flattered.
        return Run("scikit_learn", wall, cpu, max(accuracies), len(STRENGTHS) * SEEDS * FOLDS)

    return run


def keras_hub_contestant(sample: int, epochs: Callable[[], int]) -> Contestant:
    """One epoch on `sample` tweets of one fold, scaled to all folds of one setting."""
    backbone = keras_hub.models.BertBackbone.from_preset(str(MINILM))
    backbone.trainable = False

    def run(tweets: Tweets) -> Run:
        train = np.flatnonzero(tweets.parts[0] == "train")
        validation = np.flatnonzero(tweets.parts[0] == "validation")
        texts, labels = (
            tweets.dataset.inputs[train[:sample]].tolist(),
            tweets.labels[train[:sample]],
        )
        preprocessor = keras_hub.models.BertTextClassifierPreprocessor(
            keras_hub.models.BertTokenizer.from_preset(str(MINILM)), sequence_length=LENGTH
        )
        model = keras_hub.models.BertTextClassifier(
            backbone, num_classes=2, preprocessor=preprocessor, dropout=0.1
        )
        model.compile(
            optimizer=keras.optimizers.AdamW(PHASE.learning_rate),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        model.fit(texts[:32], labels[:32], batch_size=32, verbose=0)  # traces; not counted
        clock = Clock()
        model.fit(texts, labels, batch_size=32, verbose=0)
        wall, cpu = clock.read()
        # A frozen backbone costs the same forward pass in training and validation.
        scale = (len(train) + len(validation)) / len(texts) * epochs() * FOLDS
        return Run("keras_hub", wall * scale, cpu * scale, None, FOLDS)

    return run


def ratios(runs: Sequence[Run], quantity: str) -> dict[str, list[float]]:
    """Returns the time of each contestant over that of the stack, turn by turn."""
    by_name: dict[str, list[float]] = {}
    for run in runs:
        by_name.setdefault(run.contestant, []).append(getattr(run, quantity))
    ours = by_name.pop("stack")
    return {
        name: [theirs / own for theirs, own in zip(values, ours, strict=True)]
        for name, values in by_name.items()
    }


def heads_alone(runs: Sequence[Run]) -> list[float]:
    """Returns scikit-learn's CPU time over that of the stack without the pass, turn by turn."""
    theirs = [run.cpu_seconds for run in runs if run.contestant == "scikit_learn"]
    ours = [run.cpu_seconds - run.pass_cpu_seconds for run in runs if run.contestant == "stack"]
    return [their / own for their, own in zip(theirs, ours, strict=True)]


def show(runs: Sequence[Run]) -> None:
    """Prints the table."""
    table = Table(title="Median (lowest to highest)")
    for column in (
        "",
        "heads",
        "wall s",
        "the pass",
        "CPU s",
        "accuracy",
        "over stack, wall",
        "CPU",
    ):
        table.add_column(column, justify="right" if column else "left")
    wall, cpu = ratios(runs, "wall_seconds"), ratios(runs, "cpu_seconds")
    for name in dict.fromkeys(run.contestant for run in runs):
        mine = [run for run in runs if run.contestant == name]
        table.add_row(
            name,
            str(mine[0].heads),
            _spread([run.wall_seconds for run in mine]),
            _spread([run.pass_seconds for run in mine]),
            _spread([run.cpu_seconds for run in mine]),
            _spread([run.accuracy for run in mine if run.accuracy is not None], 3),
            _spread(wall[name], 2) if name in wall else "",
            _spread(cpu[name], 2) if name in cpu else "",
        )
    console = Console(width=150)
    console.print(table)
    console.print(
        f"scikit-learn over the stack without the pass, CPU: {_spread(heads_alone(runs), 2)}.",
        highlight=False,
    )


def _spread(values: Sequence[float], digits: int = 1) -> str:
    if not values:
        return ""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def main() -> None:
    """Runs the contestants in turns, writes JSON and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="turns of each contestant")
    parser.add_argument("--sample", type=int, default=320, help="tweets that KerasHub is timed on")
    parser.add_argument("--quick", action="store_true", help="300 tweets, one turn")
    arguments = parser.parse_args()
    tweets = read(300 if arguments.quick else 10**6)
    backbone = ftkeras.load_backbone(str(MINILM), sequence_length=LENGTH)
    features: list[NDArray[np.float32]] = []
    runs: list[Run] = []

    def epochs() -> int:
        return next(run.epochs for run in reversed(runs) if run.contestant == "single_fit")

    sample = 64 if arguments.quick else arguments.sample
    contestants = (
        stack_contestant(backbone, features),
        single_contestant(backbone),
        scikit_learn_contestant(features),
        keras_hub_contestant(sample, epochs),
    )
    for turn in range(1 if arguments.quick else arguments.repeats):
        for contestant in contestants:
            keras.utils.set_random_seed(turn)
            runs.append(contestant(tweets))
            print(json.dumps({**asdict(runs[-1]), "load": os.getloadavg()[0]}), flush=True)
    result = {
        "quick": arguments.quick,
        "tweets": len(tweets.labels),
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "versions": {
            name: metadata.version(name)
            for name in ("keras", "keras-hub", "tensorflow", "scikit-learn")
        },
        "runs": [asdict(run) for run in runs],
        "wall_ratios": ratios(runs, "wall_seconds"),
        "cpu_ratios": ratios(runs, "cpu_seconds"),
        "scikit_learn_over_stack_without_pass": heads_alone(runs),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    show(runs)
    print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
