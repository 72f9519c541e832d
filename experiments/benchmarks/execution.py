"""XLA, steps at once and precision on this machine, beside plain Keras doing the same work.

    python -m experiments.benchmarks.execution            # half an hour on 2 quiet cores
    python -m experiments.benchmarks.execution --quick    # minutes; shows that it runs

Three kinds of work: a linear head on cached features (`head`: 4096 rows of 384, batches of
32), the top 2 of MiniLM's 6 layers on hidden states (`partial`) and all of it (`whole`) on
tweets in batches of 32. Settings take turns in one process with one thread for arithmetic; `first`
is the CPU time of the first epoch, compilation included and hidden states too, `later` the median
of those after it. `keras` is `keras.Model.fit` with its defaults on the same arrays, or on the same
batches of the same lengths; like ftkeras it keeps the weights of the best epoch.

    python -m experiments.benchmarks.execution --kinds partial,whole --settings keras,float32

A kind's results are written as soon as it is done, in place of what was kept of that kind; those
of the other kinds stay. Settings that were left out are left out there, too: what did not take
turns is not to be compared.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import ftkeras
from experiments.benchmarks import kept_results
from experiments.benchmarks.frozen_finetune import LENGTH, MINILM, read
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_head, freeze
from ftkeras.training import examples, fit
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.fit import Objective, Surroundings, fit_phase
from ftkeras.training.length_buckets import round_up
from ftkeras.training.partial import PartialModel
from ftkeras.training.precision import in_precision

RESULTS = Path(__file__).parent / "results" / "execution.json"
OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


class Epochs(keras.callbacks.Callback):
    """CPU seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._last = time.process_time()  # before whatever is prepared

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Notes the time since the epoch before."""
        now = time.process_time()
        self.seconds.append(now - self._last)
        self._last = now

    def shown(self) -> dict[str, float]:
        """The first epoch, and the median of the others."""
        return {"first": self.seconds[0], "later": float(np.median(self.seconds[1:]))}


def best_epoch(epochs: int) -> keras.callbacks.Callback:
    """Keras' own way to end with the weights of the best epoch, without stopping earlier."""
    return keras.callbacks.EarlyStopping(patience=epochs, restore_best_weights=True)


def head(rows: int, epochs: int) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """A head on features, with XLA or without, and so many steps at once."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(rows, 384)).astype("float32")
    labels = (features[:, 0] > 0).astype("int64")
    part = examples.from_features(features, labels)
    phase = Phase(Call("linear_probe"), epochs=epochs)

    def ours(jit: bool, steps: int) -> Callable[[], dict[str, float]]:
        def run() -> dict[str, float]:
            fit.STEPS_ON_FEATURES = steps
            told = Epochs()
            model = build_head((384,), Call("linear"), 1, 0)
            around = Surroundings(callbacks=[told], jit_compile=jit)
            fit_phase(model, phase, OBJECTIVE, part, part, seed=0, around=around)
            return told.shown()

        return run

    def plain() -> dict[str, float]:
        told = Epochs()
        model = build_head((384,), Call("linear"), 1, 0)
        model.compile(keras.optimizers.AdamW(1e-3), keras.losses.BinaryCrossentropy(True))
        same = (features, labels)
        listening = [best_epoch(epochs), told]
        model.fit(*same, epochs=epochs, validation_data=same, callbacks=listening, verbose=0)
        return told.shown()

    yield "keras", plain
    for jit in (False, True):
        for steps in (1, 4, 16, 64):
            yield f"jit={jit} steps={steps}", ours(jit, steps)


def thawed(
    blocks: int, tweets: int, epochs: int
) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Upper or all blocks of MiniLM."""
    parts = read(tweets, 1, 1)
    texts = parts.train
    rule = Call("everything") if blocks > 6 else Call("top_blocks", {"count": blocks})
    phase = Phase(rule, epochs=epochs, learning_rate=2e-5)

    def made(precision: str) -> tuple[Any, keras.Model]:
        backbone = ftkeras.load_backbone(str(MINILM), sequence_length=LENGTH)
        backbone = in_precision(backbone, precision)
        model = ftkeras.build_model(backbone, "binary")
        freeze(backbone, rule)
        return backbone, model

    def ours(precision: str, jit: bool) -> Callable[[], dict[str, float]]:
        def run() -> dict[str, float]:
            backbone, model = made(precision)
            told = Epochs()
            with tempfile.TemporaryDirectory() as directory:
                given = (texts.ids, texts.texts, texts.labels)
                if blocks > 6:
                    part = examples.from_inputs(*given[1:], backbone.preprocess, round_up)
                    trained = model
                else:
                    partial = PartialModel(model, backbone, Path(directory), "float32")
                    part = partial.prepare({"train": given}, lambda *_: lambda *_: None)["train"]
                    trained = partial.model
                around = Surroundings(callbacks=[told], jit_compile=jit)
                fit_phase(trained, phase, OBJECTIVE, part, part, seed=0, around=around)
            return told.shown()

        return run

    def plain() -> dict[str, float]:
        backbone, model = made("float32")
        told = Epochs()
        part = examples.from_inputs(texts.texts, texts.labels, backbone.preprocess, round_up)
        model.compile(keras.optimizers.AdamW(2e-5), keras.losses.BinaryCrossentropy(True))
        batches = Batches(part, 32, 0)
        model.fit(for_keras(batches), validation_data=for_keras(Batches(part, 32)), epochs=epochs,
                  callbacks=[best_epoch(epochs), told], verbose=0, shuffle=False)  # fmt: skip
        return told.shown()

    yield "keras", plain
    for precision in PRECISIONS:
        yield f"{precision} jit=False", ours(precision, False)
    yield "float32 jit=True", ours("float32", True)


def main() -> None:
    """Runs all settings of the kinds asked for and prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--kinds", default="head,partial,whole")
    parser.add_argument("--settings", default="", help="only those that begin so; all if empty")
    parser.add_argument("--tweets", type=int, default=640)
    parser.add_argument("--turns", type=int, default=1, help="of each setting")
    given = parser.parse_args()
    tweets, epochs = (96, 2) if given.quick else (given.tweets, 4)
    kinds = {
        "head": lambda: head(1024 if given.quick else 4096, 3 if given.quick else 12),
        "partial": lambda: thawed(2, tweets, epochs),
        "whole": lambda: thawed(7, tweets, epochs),
    }
    wanted = tuple(given.settings.split(","))
    found: dict[str, dict[str, list[dict[str, float]]]] = {}
    for kind in given.kinds.split(","):
        for _ in range(given.turns):
            for name, run in kinds[kind]():
                if name.startswith(wanted):
                    shown = run()
                    found.setdefault(kind, {}).setdefault(name, []).append(shown)
                    print(f"{kind:8} {name:24} first {shown['first']:8.2f} "
                          f"later {shown['later']:8.3f}", flush=True)  # fmt: skip
        against(kind, found.get(kind, {}))
        if not given.quick and kind in found:
            kept_results.put(RESULTS, {kind: found[kind]})


def against(kind: str, runs: dict[str, list[dict[str, float]]]) -> None:
    """Prints what each setting costs over plain Keras in the same turn: median, least and most."""
    for name, shown in runs.items():
        if name == "keras":
            continue
        for epoch in ("first", "later"):
            pairs = zip(shown, runs.get("keras", ()), strict=False)
            ratios = sorted(one[epoch] / plain[epoch] for one, plain in pairs)
            if ratios:
                print(f"{kind:8} {name:24} {epoch} {np.median(ratios):.2f} of Keras' CPU time "
                      f"({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
