"""Fine-tuning the top 2 of MiniLM's 6 layers: ftkeras against plain Keras and PyTorch.

    python -m experiments.benchmarks.partial_finetune            # half an hour on 2 quiet cores
    python -m experiments.benchmarks.partial_finetune --quick    # minutes; shows that it runs

1500 tweets (85% train, 15% validation), batches of 32 padded to their own longest text, AdamW at
2e-5, dropout 0.1, 3 and 10 epochs; everybody takes turns, each time in a fresh process with one
thread for arithmetic. Accuracy is that on 500 further tweets, outside the timing; memory is what
the process grew by in that time, at its peak.

* `cached`: ftkeras; the four lower layers run once, before the first epoch; a step pays for two.
* `uncached`: ftkeras; the four lower layers run in every step (forwards only).
* `keras`: KerasHub's backbone, lower layers frozen, under `keras.Model.fit` on the same batches.
* `pytorch`: a loop around `transformers` on the same batches (`peers/pytorch.py`).

Expected: `cached` at least 1.8 times cheaper than `keras` and `pytorch`.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import asdict
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

import ftkeras
from experiments.benchmarks.frozen_finetune import (
    BATCH,
    LENGTH,
    MINILM,
    Clock,
    Parts,
    Run,
    Texts,
    read,
    show,
)
from experiments.benchmarks.peers import own_process
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective
from ftkeras.training.recipe import Part, Recipe

RESULTS = Path(__file__).parent / "results" / "partial_finetune.json"
OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
TRAINED = 2
RATE = 2e-5

Contestant = Callable[[Parts, int], Run]


def ftkeras_contestant(name: str, storage: str) -> Contestant:
    """A recipe of one phase, with or without hidden states kept."""
    backbone = ftkeras.load_backbone(str(MINILM), sequence_length=LENGTH)

    def run(parts: Parts, epochs: int) -> Run:
        clock = Clock()

        def step(_: str, unit: str) -> Callable[..., None]:
            return clock.epoch_ended if unit == "epochs" else lambda *_: None

        model = ftkeras.build_model(backbone, "binary", head="linear(dropout=0.1)")
        phase = Phase(
            Call("top_blocks", {"count": TRAINED}),
            epochs=epochs,
            learning_rate=RATE,
            batch_size=BATCH,
            cache=storage,
        )
        with tempfile.TemporaryDirectory() as directory:
            cache = FeatureCache(Path(directory), backbone, backbone.taps[0])
            recipe = Recipe(model, backbone, cache, OBJECTIVE, step)
            recipe.fit([phase], part(parts.train), part(parts.validation), seed=0, log=None)
            done = clock.run(name)
            logits, _ = recipe.predict(part(parts.test), "test")
        done.accuracy = accuracy(logits[:, 0], parts)
        return done

    return run


class PaddedBatches(keras.utils.PyDataset):
    """Tokenised texts in batches that are each padded to their own longest."""

    def __init__(
        self, inputs: dict[str, NDArray[Any]], labels: NDArray[Any], shuffled: bool
    ) -> None:
        super().__init__()
        self.inputs, self.labels, self.shuffled = inputs, labels, shuffled
        self.shuffling = np.random.default_rng(0)
        self.order = np.arange(len(labels))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.order) // BATCH)

    def __getitem__(self, index: int) -> Any:
        rows = self.order[BATCH * index : BATCH * (index + 1)]
        longest = int(self.inputs["padding_mask"][rows].sum(axis=1).max())
        cut = {name: values[rows, :longest] for name, values in self.inputs.items()}
        return cut, self.labels[rows, None]

    def on_epoch_end(self) -> None:
        """Draws the order of the next epoch."""
        if self.shuffled:
            self.order = self.shuffling.permutation(self.order)


def keras_contestant() -> Contestant:
    """KerasHub's backbone with its lower layers frozen, under `keras.Model.fit`."""
    backbone = keras_hub.models.BertBackbone.from_preset(str(MINILM))
    backbone.trainable = False
    for layer in backbone.transformer_layers[-TRAINED:]:
        layer.trainable = True

    def run(parts: Parts, epochs: int) -> Run:
        clock = Clock()
        preprocessor = keras_hub.models.BertTextClassifierPreprocessor(
            keras_hub.models.BertTokenizer.from_preset(str(MINILM)), sequence_length=LENGTH
        )

        def encoded(texts: Texts, shuffled: bool = False) -> PaddedBatches:
            inputs = {k: np.asarray(v) for k, v in preprocessor(texts.texts).items()}
            return PaddedBatches(inputs, texts.labels, shuffled)

        mask = keras.ops.cast(backbone.input["padding_mask"], "bool")
        pooled = keras.layers.GlobalAveragePooling1D()(
            backbone.output["sequence_output"], mask=mask
        )
        logits = keras.layers.Dense(1)(keras.layers.Dropout(0.1)(pooled))
        model = keras.Model(backbone.input, logits)
        model.compile(
            keras.optimizers.AdamW(RATE), keras.losses.BinaryCrossentropy(from_logits=True)
        )
        model.fit(
            encoded(parts.train, shuffled=True),
            validation_data=encoded(parts.validation),
            epochs=epochs,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=clock.epoch_ended)],
            verbose=0,
        )
        done = clock.run("keras")
        answers = model.predict(encoded(parts.test), verbose=0)
        done.accuracy = accuracy(answers[:, 0], parts)
        return done

    return run


def pytorch_contestant() -> Contestant:
    """A loop with dynamic padding around `transformers`."""
    # PyTorch comes with the extra `reference` only.
    from experiments.benchmarks.peers import pytorch

    pytorch.torch.set_num_threads(1)
    model = pytorch.Classifier(str(MINILM), trained_layers=TRAINED)

    def run(parts: Parts, epochs: int) -> Run:
        clock = Clock()
        train, validation, test = (
            pytorch.Batches(str(MINILM), texts.texts, texts.labels, BATCH, LENGTH)
            for texts in (parts.train, parts.validation, parts.test)
        )
        pytorch.fit(
            model, train, validation, epochs=epochs, rate=RATE, seed=0, told=clock.epoch_ended
        )
        done = clock.run("pytorch")
        done.accuracy = accuracy(pytorch.answers(model, test), parts)
        return done

    return run


CONTESTANTS: dict[str, Callable[[], Contestant]] = {
    "cached": lambda: ftkeras_contestant("cached", "float32"),
    "uncached": lambda: ftkeras_contestant("uncached", "none"),
    "keras": keras_contestant,
    "pytorch": pytorch_contestant,
}


def accuracy(logits: NDArray[np.floating], parts: Parts) -> float:
    """Returns the share of test tweets whose logit has the right sign."""
    return float(((logits > 0) == parts.test.labels).mean())


def part(texts: Texts) -> Part:
    """As a recipe takes it."""
    return Part(texts.ids, np.array(texts.texts, dtype=object), texts.labels)


def contest(name: str, epochs: int, quick: bool) -> None:
    """Lets one contestant fit once, in this process, and reports it."""
    parts = read(127, 23, 100) if quick else read(1275, 225, 500)
    contestant = CONTESTANTS[name]()
    loaded = own_process.peak_bytes()
    keras.utils.set_random_seed(0)
    run = asdict(contestant(parts, epochs))
    memory = {"loaded_bytes": loaded, "peak_bytes": own_process.peak_bytes()}
    own_process.report({**run, **memory, "epochs": epochs})


def main() -> None:
    """Runs the contestants in turns, writes JSON and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="turns of each contestant")
    parser.add_argument("--epochs", type=int, nargs="+", default=(3, 10))
    parser.add_argument("--quick", action="store_true", help="a tenth of the tweets, one turn")
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=[*CONTESTANTS])
    parser.add_argument("--here", action="store_true", help="the first of them, in this process")
    arguments = parser.parse_args()
    if arguments.here:
        contest(arguments.contestants[0], arguments.epochs[0], arguments.quick)
        return
    quick = ["--quick"] * arguments.quick
    runs = []
    for _ in range(1 if arguments.quick else arguments.repeats):
        for epochs in arguments.epochs:
            for name in arguments.contestants:
                asked = ("--here", "--contestants", name, "--epochs", epochs, *quick)
                module = "experiments.benchmarks.partial_finetune"
                runs.append(own_process.run(module, *asked))
                print(json.dumps(runs[-1]), flush=True)
    for epochs in arguments.epochs:
        chosen = [run for run in runs if run["epochs"] == epochs]
        show(chosen, f"{epochs} epochs, top {TRAINED} of 6 layers", ours="cached")
    if not arguments.quick:
        result = {
            "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
            "versions": {
                name: metadata.version(name)
                for name in ("keras", "keras-hub", "tensorflow", "torch", "transformers")
            },
            "runs": runs,
        }
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")
        print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
