"""Fine-tuning on a frozen backbone: ftkeras against `fit` of KerasHub and of plain Keras.

    python -m experiments.benchmarks.frozen_finetune            # about 15 minutes on 2 quiet cores
    python -m experiments.benchmarks.frozen_finetune --quick    # a minute; shows that it runs

1500 tweets (85% train, 15% validation), sequence length 128, batches of 32, AdamW at 1e-2, 3
epochs, all contestants on the same MiniLM in one process, taking turns. Timed from raw texts and a
loaded backbone to the fitted model: tokenising, building, tracing and fitting. Accuracy is that on
500 further tweets, outside the timing.

* `keras_hub`: `BertTextClassifier.fit`, as its documentation shows it. It reads the pooled output,
  which this checkpoint never trained, so it learns little: no fault of its speed.
* `keras`: the same backbone with mean pooling under `keras.Model.fit`: the same model as ours.
* `ftkeras`: the features once, then the head on the cache, which starts empty each time.

Expected: ftkeras at least 12 times faster than either by the wall clock, at the accuracy of `keras`
within the noise of 500 tweets; its twentieth epoch under 1% of its first, which holds the one pass.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_hub
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import ftkeras
from experiments.assets.catalogue import FETCHED
from ftkeras import metrics
from ftkeras.call_string import Call
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.phase import Phase
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.sources import csv
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective
from ftkeras.training.recipe import Part, Recipe

RESULTS = Path(__file__).parent / "results" / "frozen_finetune.json"
MINILM = FETCHED / "minilm"
LENGTH = 128
BATCH = 32
RATE = 1e-2
EPOCHS = 3
LONG = 20


@dataclass(frozen=True)
class Texts:
    """Labelled texts of one part."""

    ids: NDArray[np.str_]
    texts: list[str]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """What is trained on, chosen on, and judged on."""

    train: Texts
    validation: Texts
    test: Texts


@dataclass
class Run:
    """What one contestant did once."""

    contestant: str
    wall_seconds: float
    cpu_seconds: float
    accuracy: float
    epoch_ends: list[float] = field(default_factory=list)


Contestant = Callable[[Parts, int], Run]


class Clock:
    """Wall and processor time since it was made, and when each epoch ended."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        self.epoch_ends: list[float] = []

    def epoch_ended(self, *_: object) -> None:
        """Notes the time."""
        self.epoch_ends.append(time.perf_counter() - self.wall)

    def run(self, contestant: str) -> Run:
        """Stops; the accuracy is still to be measured."""
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        return Run(contestant, wall, cpu, float("nan"), self.epoch_ends)


def read(train: int, validation: int, test: int) -> Parts:
    """Returns the first distinct tweets, in the order of the file's shuffling by seed 0."""
    dataset, _ = deduplicate(csv.build(str(FETCHED / "tweets" / "tweets.csv"), label="sentiment"))
    order = np.random.default_rng(0).permutation(len(dataset))[: train + validation + test]
    cut = np.split(order, [train, train + validation])
    return Parts(*(_texts(dataset.take(rows)) for rows in cut))


def _texts(dataset: Dataset) -> Texts:
    return Texts(dataset.ids, list(dataset.inputs), (dataset.labels == "positive").astype("int64"))


def keras_hub_contestant() -> Contestant:
    """`BertTextClassifier.fit` on a frozen backbone."""
    backbone = keras_hub.models.BertBackbone.from_preset(str(MINILM))
    backbone.trainable = False

    def run(parts: Parts, epochs: int) -> Run:
        clock = Clock()
        preprocessor = keras_hub.models.BertTextClassifierPreprocessor(
            keras_hub.models.BertTokenizer.from_preset(str(MINILM)), sequence_length=LENGTH
        )
        model = keras_hub.models.BertTextClassifier(
            backbone, num_classes=2, preprocessor=preprocessor, dropout=0.1
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        _fit(model, loss, (parts.train.texts, parts.validation.texts), parts, epochs, clock)
        done = clock.run("keras_hub")
        return _judged(done, np.argmax(model.predict(parts.test.texts, verbose=0), 1), parts)

    return run


def keras_contestant() -> Contestant:
    """The same frozen backbone with mean pooling and a linear head under `keras.Model.fit`."""
    backbone = keras_hub.models.BertBackbone.from_preset(str(MINILM))
    backbone.trainable = False

    def run(parts: Parts, epochs: int) -> Run:
        clock = Clock()
        preprocessor = keras_hub.models.BertTextClassifierPreprocessor(
            keras_hub.models.BertTokenizer.from_preset(str(MINILM)), sequence_length=LENGTH
        )
        mask = keras.ops.cast(backbone.input["padding_mask"], "bool")
        sequence = backbone.output["sequence_output"]
        pooled = keras.layers.GlobalAveragePooling1D()(sequence, mask=mask)
        logits = keras.layers.Dense(1)(keras.layers.Dropout(0.1)(pooled))
        model = keras.Model(backbone.input, logits)
        inputs = [preprocessor(part.texts) for part in (parts.train, parts.validation)]
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        _fit(model, loss, inputs, parts, epochs, clock)
        done = clock.run("keras")
        answers = model.predict(preprocessor(parts.test.texts), verbose=0)
        return _judged(done, answers[:, 0] > 0, parts)

    return run


def _fit(
    model: keras.Model,
    loss: keras.losses.Loss,
    inputs: Sequence[object],
    parts: Parts,
    epochs: int,
    clock: Clock,
) -> None:
    train, validation = inputs
    model.compile(optimizer=keras.optimizers.AdamW(RATE), loss=loss, metrics=["accuracy"])
    model.fit(
        x=train,
        y=parts.train.labels,
        validation_data=(validation, parts.validation.labels),
        epochs=epochs,
        batch_size=BATCH,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=clock.epoch_ended)],
        verbose=0,
    )


def ftkeras_contestant() -> Contestant:
    """The public functions that `python -m ftkeras.run` calls, on an empty cache."""
    backbone = ftkeras.load_backbone(str(MINILM), sequence_length=LENGTH)
    objective = Objective(
        loss="BinaryCrossentropy(from_logits=True)",
        metrics=lambda: metrics.suite("binary"),
        monitor="val_loss",
        direction="min",
    )

    def run(parts: Parts, epochs: int) -> Run:
        with tempfile.TemporaryDirectory() as directory:
            clock = Clock()

            def step(name: str, unit: str) -> Callable[..., None]:
                return clock.epoch_ended if unit == "epochs" else lambda *_: None

            model = ftkeras.build_model(backbone, "binary", head="linear(dropout=0.1)")
            cache = FeatureCache(Path(directory), backbone, backbone.taps[0])
            recipe = Recipe(model, backbone, cache, objective, step)
            phase = Phase(Call("linear_probe"), epochs=epochs, learning_rate=RATE, batch_size=BATCH)
            train, validation = (_part(part) for part in (parts.train, parts.validation))
            recipe.fit([phase], train, validation, seed=0, log=None)
            done = clock.run("ftkeras")
            logits, _ = recipe.predict(_part(parts.test), "test")
            return _judged(done, logits[:, 0] > 0, parts)

    return run


def _part(texts: Texts) -> Part:
    return Part(texts.ids, np.array(texts.texts, dtype=object), texts.labels)


def _judged(run: Run, answers: NDArray[np.generic], parts: Parts) -> Run:
    run.accuracy = float((answers == parts.test.labels).mean())
    return run


def epoch_cost(run: Run) -> dict[str, float]:
    """What the first epoch of a long run cost, with all before it, and what a late one."""
    later = np.diff(run.epoch_ends)
    return {
        "first_epoch_seconds": run.epoch_ends[0],
        "last_epoch_seconds": float(later[-1]),
        "later_epoch_seconds_median": float(np.median(later[2:])),
        "last_over_first": float(later[-1]) / run.epoch_ends[0],
        "median_later_over_first": float(np.median(later[2:])) / run.epoch_ends[0],
    }


def ratios(runs: Sequence[Run], quantity: str) -> dict[str, list[float]]:
    """Returns what ftkeras saved against each other contestant, turn by turn."""
    by_name: dict[str, list[float]] = {}
    for run in runs:
        by_name.setdefault(run.contestant, []).append(getattr(run, quantity))
    ours = by_name.pop("ftkeras")
    return {
        name: [theirs / own for theirs, own in zip(values, ours, strict=True)]
        for name, values in by_name.items()
    }


def show(runs: Sequence[Run], cost: dict[str, float]) -> None:
    """Prints the table."""
    table = Table(title=f"{EPOCHS} epochs on a frozen MiniLM: median (lowest to highest)")
    for column in ("", "wall s", "CPU s", "accuracy", "ftkeras is faster, wall", "CPU"):
        table.add_column(column, justify="right" if column else "left")
    wall, cpu = ratios(runs, "wall_seconds"), ratios(runs, "cpu_seconds")
    for name in dict.fromkeys(run.contestant for run in runs):
        mine = [run for run in runs if run.contestant == name]
        table.add_row(
            name,
            _spread([run.wall_seconds for run in mine]),
            _spread([run.cpu_seconds for run in mine]),
            _spread([run.accuracy for run in mine], 3),
            _spread(wall[name]) + " times" if name in wall else "",
            _spread(cpu[name]) + " times" if name in cpu else "",
        )
    console = Console()
    console.print(table)
    console.print(
        f"ftkeras, {LONG} epochs: the first {cost['first_epoch_seconds']:.1f} s with the one pass, "
        f"the last {1000 * cost['last_epoch_seconds']:.0f} ms "
        f"({100 * cost['last_over_first']:.2f}% of the first; epochs 4 to {LONG}: median "
        f"{100 * cost['median_later_over_first']:.2f}%).",
        highlight=False,
    )


def _spread(values: Sequence[float], digits: int = 1) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def main() -> None:
    """Runs the contestants in turns, writes JSON and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="turns of each contestant")
    parser.add_argument("--quick", action="store_true", help="a tenth of the tweets, one turn")
    arguments = parser.parse_args()
    parts = read(127, 23, 100) if arguments.quick else read(1275, 225, 500)
    contestants = (ftkeras_contestant(), keras_hub_contestant(), keras_contestant())
    runs: list[Run] = []
    for turn in range(1 if arguments.quick else arguments.repeats):
        for contestant in contestants:
            keras.utils.set_random_seed(turn)
            runs.append(contestant(parts, EPOCHS))
            print(json.dumps({**asdict(runs[-1]), "load": os.getloadavg()[0]}), flush=True)
    cost = epoch_cost(contestants[0](parts, LONG))
    result = {
        "quick": arguments.quick,
        "tweets": [len(part.ids) for part in (parts.train, parts.validation, parts.test)],
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "versions": {name: metadata.version(name) for name in ("keras", "keras-hub", "tensorflow")},
        "runs": [asdict(run) for run in runs],
        "wall_ratios": ratios(runs, "wall_seconds"),
        "cpu_ratios": ratios(runs, "cpu_seconds"),
        "epoch_cost": cost,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    show(runs, cost)
    print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
