"""Fine-tuning on a frozen backbone: ftkeras against KerasHub, plain Keras, PyTorch/transformers.

    python -m experiments.benchmarks.frozen_finetune            # an hour on 2 quiet cores
    python -m experiments.benchmarks.frozen_finetune --quick    # minutes; shows that it runs

1500 tweets (85% train, 15% validation), sequence length 128, batches of 32, AdamW at 1e-2, 3 and 10
epochs, all contestants on the same MiniLM, taking turns, each time in a fresh process with one
thread for arithmetic. Timed from raw texts and a loaded backbone to the fitted model: tokenising,
building, tracing and fitting. Accuracy is that on 500 further tweets, outside the timing; memory is
what the process grew by in that time, at its peak.

* `keras_hub`: `BertTextClassifier.fit`, as its documentation shows it. It reads the pooled output,
  which this checkpoint never trained, so it learns little: no fault of its speed.
* `keras`: the same backbone with mean pooling under `keras.Model.fit`: the same model as ours.
* `pytorch`: a loop with dynamic padding, the frozen encoder without gradients (`peers/pytorch.py`).
* `ftkeras`: the features once, then the head on the cache, which starts empty each time.

Expected of 3 and 10 epochs: ftkeras at least 12 and 40 times cheaper than `keras_hub`, 4 and 12
times cheaper than `pytorch`, at the accuracy of `keras` within the noise of 500 tweets.
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
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["TF_NUM_INTEROP_THREADS"] = "1"

import keras
import keras_hub
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import ftkeras
from experiments.assets.catalogue import FETCHED
from experiments.benchmarks.peers import own_process
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
EPOCHS = (3, 10)
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


def pytorch_contestant() -> Contestant:
    """A loop with dynamic padding around `transformers`."""
    # PyTorch comes with the extra `reference` only.
    from experiments.benchmarks.peers import pytorch

    pytorch.torch.set_num_threads(1)
    model = pytorch.Classifier(str(MINILM), trained_layers=0)

    def run(parts: Parts, epochs: int) -> Run:
        clock = Clock()
        train, validation, test = (
            pytorch.Batches(str(MINILM), part.texts, part.labels, BATCH, LENGTH)
            for part in (parts.train, parts.validation, parts.test)
        )
        pytorch.fit(
            model, train, validation, epochs=epochs, rate=RATE, seed=0, told=clock.epoch_ended
        )
        done = clock.run("pytorch")
        return _judged(done, pytorch.answers(model, test) > 0, parts)

    return run


def _part(texts: Texts) -> Part:
    return Part(texts.ids, np.array(texts.texts, dtype=object), texts.labels)


def _judged(run: Run, answers: NDArray[np.generic], parts: Parts) -> Run:
    run.accuracy = float((answers == parts.test.labels).mean())
    return run


CONTESTANTS = {
    "ftkeras": ftkeras_contestant,
    "keras_hub": keras_hub_contestant,
    "keras": keras_contestant,
    "pytorch": pytorch_contestant,
}


def contest(name: str, epochs: int, turn: int, quick: bool) -> None:
    """Lets one contestant fit once, in this process, and reports it."""
    parts = read(127, 23, 100) if quick else read(1275, 225, 500)
    contestant = CONTESTANTS[name]()
    loaded = own_process.peak_bytes()
    keras.utils.set_random_seed(turn)
    run = asdict(contestant(parts, epochs))
    memory = {"loaded_bytes": loaded, "peak_bytes": own_process.peak_bytes()}
    own_process.report({**run, **memory, "epochs": epochs, "turn": turn})


def ratios(
    runs: Sequence[dict[str, Any]], quantity: str, ours: str = "ftkeras"
) -> dict[str, list[float]]:
    """Returns what our contestant saved against each other one, turn by turn."""
    by_name: dict[str, list[float]] = {}
    for run in runs:
        by_name.setdefault(run["contestant"], []).append(run[quantity])
    own = by_name.pop(ours)
    return {
        name: [theirs / mine for theirs, mine in zip(values, own, strict=True)]
        for name, values in by_name.items()
    }


def show(runs: Sequence[dict[str, Any]], title: str, ours: str = "ftkeras") -> None:
    """Prints the table."""
    table = Table(title=f"{title}: median (lowest to highest)")
    columns = ("", "wall s", "CPU s", "accuracy", "MB more", f"{ours} is cheaper, wall", "CPU")
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    wall, cpu = (ratios(runs, each, ours) for each in ("wall_seconds", "cpu_seconds"))
    for name in dict.fromkeys(run["contestant"] for run in runs):
        mine = [run for run in runs if run["contestant"] == name]
        table.add_row(
            name,
            spread([run["wall_seconds"] for run in mine]),
            spread([run["cpu_seconds"] for run in mine]),
            spread([run["accuracy"] for run in mine], 3),
            spread([(run["peak_bytes"] - run["loaded_bytes"]) / 1e6 for run in mine], 0),
            spread(wall[name]) + " times" if name in wall else "",
            spread(cpu[name]) + " times" if name in cpu else "",
        )
    Console().print(table)


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Returns median, lowest and highest in words."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def later_epochs(run: dict[str, Any]) -> dict[str, float]:
    """What the first epoch of a long run cost, with all before it, and what a later one."""
    first, later = run["epoch_ends"][0], float(np.median(np.diff(run["epoch_ends"])[2:]))
    return {"first_epoch_seconds": first, "later_epoch_seconds": later, "share": later / first}


def main() -> None:
    """Runs the contestants in turns, writes JSON and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="turns of each contestant")
    parser.add_argument("--epochs", type=int, nargs="+", default=EPOCHS)
    parser.add_argument("--quick", action="store_true", help="a tenth of the tweets, one turn")
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=[*CONTESTANTS])
    parser.add_argument("--here", action="store_true", help="the first of them, in this process")
    parser.add_argument("--turn", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.here:
        contest(arguments.contestants[0], arguments.epochs[0], arguments.turn, arguments.quick)
        return
    module = "experiments.benchmarks.frozen_finetune"
    quick = ["--quick"] * arguments.quick
    runs = []
    for turn in range(1 if arguments.quick else arguments.repeats):
        for epochs in arguments.epochs:
            for name in arguments.contestants:
                asked = ("--here", "--contestants", name, "--epochs", epochs, "--turn", turn)
                runs.append(own_process.run(module, *asked, *quick))
                print(json.dumps(runs[-1]), flush=True)
    long = own_process.run(module, "--here", "--epochs", LONG, *quick)
    result = {
        "quick": arguments.quick,
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "versions": {
            name: metadata.version(name)
            for name in ("keras", "keras-hub", "tensorflow", "torch", "transformers")
        },
        "runs": runs,
        "later_epochs": later_epochs(long),
    }
    for epochs in arguments.epochs:
        show([run for run in runs if run["epochs"] == epochs], f"{epochs} epochs, frozen MiniLM")
    if not arguments.quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")
        print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
