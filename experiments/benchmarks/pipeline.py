"""The input pipeline: what bucketing by length saves, and whether input keeps up with the model.

    python -m experiments.benchmarks.pipeline            # two minutes of CPU time
    python -m experiments.benchmarks.pipeline --quick    # half a minute; shows that it runs

**Padding.** All tweets, MiniLM, batches of 32: one epoch of shuffled batches as `fit` gets them and
one frozen pass as the feature cache makes it; how much of the positions is padding. Then the same
tweets go through MiniLM in the batches of an epoch, padded to the bucket of their longest tweet
and to 128 tokens, in one process and in turns; the ratio of CPU times a turn, and its spread.
The features must be the same.

**Input against consumer.** Examples per second of CPU time of the pipeline alone (tokenising once
and cutting batches; decoding and resizing digits to 96 pixels) and of the fastest consumer there
is, a forward pass without training, on the same batches. Above 1 input does not starve it.

Expected: under 10% padding in an epoch, a pass at least 3 times cheaper, and input faster than its
consumer. The frozen pass pads more (some 16%): its lengths are multiples of 8 and its batches are
filled up, so that an example's features have the same bits whatever is computed beside it.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import ftkeras
from experiments.assets.catalogue import FETCHED
from ftkeras.contracts.backbone import Backbone
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.sources import csv, image_folder
from ftkeras.model import features_model
from ftkeras.training import examples, feature_batches
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.feature_pass import FeaturePass
from ftkeras.training.length_buckets import round_up_finely

RESULTS = Path(__file__).parent / "results" / "pipeline.json"
LENGTH = 128
BATCH = 32
Run = Callable[[Any], Any]


def compiled(backbone: Backbone) -> Run:
    """Returns the backbone's default features as one graph of open axes."""
    model = features_model(backbone, backbone.taps[0])
    signature = tf.nest.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), model.input)
    traced = tf.function(lambda x: model(x, training=False), input_signature=[signature])
    traced.get_concrete_function()
    return traced


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """Returns the CPU seconds of all threads, and the result."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def through(batches: Batches, run: Run) -> NDArray[np.float32]:
    """Takes every batch through a model; rows come back in the order of the examples."""
    found = [np.asarray(run(batches[index][0])) for index in range(len(batches))]
    order = np.argsort(batches.order())
    return np.concatenate(found)[order]


def bucketing(texts: list[str], backbone: Backbone, some: int, turns: int) -> dict[str, Any]:
    """Measures padding over all texts, and the time that bucketing saves on some of them."""
    labels = np.zeros(len(texts), "int64")
    everything = examples.from_inputs(texts, labels, backbone.preprocess, round_up_finely)
    batches = Batches(everything, BATCH, seed=0)
    epoch = [batches[index][0]["token_ids"].shape for index in range(len(batches))]
    frozen = FeaturePass(backbone, backbone.taps[0], feature_batches.shape_for("cpu"))
    for _ in frozen._batches(texts):  # the batches alone
        pass
    chosen = texts[:: max(1, len(texts) // some)][:some]
    run = compiled(backbone)
    contestants = {
        name: Batches(
            examples.from_inputs(chosen, labels[: len(chosen)], backbone.preprocess, rule),
            BATCH,
            seed=0,
        )
        for name, rule in (("bucketed", round_up_finely), ("padded to 128", lambda _: LENGTH))
    }
    for contestant in contestants.values():  # warm: threads, memory
        run(contestant[0][0])
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    features = {}
    for turn in range(turns):
        for name in sorted(contestants, reverse=bool(turn % 2)):
            taken, features[name] = cpu(lambda name=name: through(contestants[name], run))
            seconds[name].append(taken)
    ratios = [b / a for a, b in zip(*(seconds[name] for name in contestants), strict=True)]
    return {
        "tweets": len(texts),
        "padding_of_an_epoch": everything.padding.share,
        "lengths_in_an_epoch": len({shape[1] for shape in epoch}),
        "padding_of_a_frozen_pass": frozen.padding.share,
        "padding_at_128": 1 - float(everything.lengths.sum()) / (LENGTH * len(texts)),
        "timed_tweets": len(chosen),
        "cpu_seconds": seconds,
        "ratios": ratios,
        "largest_difference": float(np.abs(np.subtract(*features.values())).max()),
    }


def rates(values: list[Any], backbone: Backbone, some: int, turns: int) -> dict[str, Any]:
    """Measures examples per CPU second of the pipeline alone and of a forward pass."""
    run = compiled(backbone)
    labels = np.zeros(len(values), "int64")
    found: dict[str, list[float]] = {"pipeline": [], "consumer": []}
    for _ in range(turns):

        def stream() -> list[Any]:
            made = examples.from_inputs(values, labels, backbone.preprocess, round_up_finely)
            dataset = for_keras(Batches(made, BATCH, seed=0))
            return [x for x, *_ in dataset]

        taken, batches = cpu(stream)
        found["pipeline"].append(len(values) / taken)
        few = batches[:: max(1, len(values) // some)]
        count = sum(len(tf.nest.flatten(x)[0]) for x in few)
        taken, _ = cpu(lambda few=few: [run(x) for x in few])
        found["consumer"].append(count / taken)
    ratios = [p / c for p, c in zip(found["pipeline"], found["consumer"], strict=True)]
    return {"examples_per_cpu_second": found, "pipeline_over_consumer": ratios}


def told(values: list[float]) -> str:
    """Returns the median and the spread."""
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def main() -> None:
    """Measures, prints and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    some, turns = (64, 1) if quick else (256, 3)
    dataset, _ = deduplicate(csv.build(str(FETCHED / "tweets" / "tweets.csv"), label="sentiment"))
    texts = dataset.inputs.tolist()
    minilm = ftkeras.load_backbone(str(FETCHED / "minilm"), sequence_length=LENGTH)
    saved = bucketing(texts, minilm, some, turns)
    text = rates(texts, minilm, some, min(turns, 3))
    digits = image_folder.build(str(FETCHED / "digits")).inputs[: 8 * some].tolist()
    lite0 = ftkeras.load_backbone(
        str(FETCHED / "lite0" / "efficientnet_lite0.keras"), image_size=96
    )
    image = rates(digits, lite0, some, min(turns, 3))
    print(f"Padding of an epoch of {saved['tweets']} tweets: {saved['padding_of_an_epoch']:.1%}")
    print(f"in {saved['lengths_in_an_epoch']} lengths; at 128: {saved['padding_at_128']:.1%}")
    print(f"Padding of a frozen pass: {saved['padding_of_a_frozen_pass']:.1%}")
    print(f"A pass padded to 128 over a bucketed one, CPU time: {told(saved['ratios'])}")
    print(f"Largest difference of a feature: {saved['largest_difference']:.1e}")
    for name, rate in (("Text", text), ("Image", image)):
        for side, values in rate["examples_per_cpu_second"].items():
            print(f"{name}, {side}: {told(values)} examples per CPU second")
        print(f"{name}, pipeline over consumer: {told(rate['pipeline_over_consumer'])}")
    if not quick:
        packages = ("tensorflow", "keras", "numpy", "pillow")
        record = {
            "python": platform.python_version(),
            "versions": {name: metadata.version(name) for name in packages},
            "cores": os.cpu_count(),
            "bucketing": saved,
            "text": text,
            "image": image,
        }
        RESULTS.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
