"""Fine-tuning the top 2 of MiniLM's 6 layers: with and without the cache of hidden states.

    python -m experiments.benchmarks.partial_finetune            # some minutes on 2 quiet cores
    python -m experiments.benchmarks.partial_finetune --quick    # shows that it runs

1500 tweets (85% train, 15% validation), batches of 32 padded to their longest text, AdamW at 2e-5,
3 epochs. Both contestants train the same weights from the same start with the same dropout; they
take turns in one process. Accuracy is that on 500 further tweets, outside the timing.

* `cached`: the four lower layers run once, before the first epoch; each step pays for two.
* `uncached`: the four lower layers run in every step (forwards only, as frozen layers always do).

Measured are seconds of each epoch, validation included; the first also holds tracing, and the pass
through the lower layers where there is a cache.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

import ftkeras
from experiments.benchmarks.frozen_finetune import LENGTH, MINILM, Parts, Texts, read
from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective
from ftkeras.training.recipe import Part, Recipe

RESULTS = Path(__file__).parent / "results" / "partial_finetune.json"
STORAGE = {"cached": "float32", "uncached": "none"}
OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")


def run(contestant: str, parts: Parts, epochs: int) -> dict[str, Any]:
    """Fine-tunes once from the pretrained weights and returns what it took."""
    backbone = ftkeras.load_backbone(str(MINILM), sequence_length=LENGTH)
    model = ftkeras.build_model(backbone, "binary", seed=0)
    ends: list[tuple[float, float]] = []
    sizes: list[str] = []
    started, cpu = time.perf_counter(), time.process_time()

    def step(name: str, unit: str) -> Callable[..., None]:
        if unit == "epochs":
            return lambda *_: ends.append(
                (time.perf_counter() - started, time.process_time() - cpu)
            )
        sizes.append(name)
        return lambda *_: None

    phase = Phase(
        Call("top_blocks", {"count": 2}),
        epochs=epochs,
        learning_rate=2e-5,
        cache=STORAGE[contestant],
    )
    with tempfile.TemporaryDirectory() as directory:
        cache = FeatureCache(Path(directory), backbone, backbone.taps[0])
        recipe = Recipe(model, backbone, cache, OBJECTIVE, step)
        recipe.fit([phase], part(parts.train), part(parts.validation), seed=0, log=None)
        wall, spent = time.perf_counter() - started, time.process_time() - cpu
        logits, _ = recipe.predict(part(parts.test), "test")
    return {
        "contestant": contestant,
        "wall_seconds": wall,
        "cpu_seconds": spent,
        "epoch_seconds": np.diff([0.0, *(end for end, _ in ends)]).tolist(),
        "epoch_cpu_seconds": np.diff([0.0, *(end for _, end in ends)]).tolist(),
        "validation_loss": recipe.results[0].history["val_loss"],
        "accuracy": float(((logits[:, 0] > 0) == parts.test.labels).mean()),
        "steps": sizes,
    }


def part(texts: Texts) -> Part:
    """As a recipe takes it."""
    return Part(texts.ids, np.array(texts.texts, dtype=object), texts.labels)


def main() -> None:
    """Runs the contestants in turns, writes JSON and prints what they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1, help="turns of each contestant")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a tenth of the tweets, one turn")
    arguments = parser.parse_args()
    parts = read(127, 23, 100) if arguments.quick else read(1275, 225, 500)
    runs = []
    for _ in range(1 if arguments.quick else arguments.repeats):
        for contestant in STORAGE:
            runs.append(run(contestant, parts, arguments.epochs))
            print(json.dumps({**runs[-1], "load": os.getloadavg()[0]}), flush=True)
    result = {
        "quick": arguments.quick,
        "tweets": [len(part.ids) for part in (parts.train, parts.validation, parts.test)],
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "versions": {name: metadata.version(name) for name in ("keras", "keras-hub", "tensorflow")},
        "runs": runs,
    }
    if not arguments.quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")
        print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
