"""One forward pass of MiniLM over tweets: ftkeras against PyTorch, both in length-sorted batches.

    python -m experiments.benchmarks.forward_pass            # minutes on 2 quiet cores
    python -m experiments.benchmarks.forward_pass --quick    # shows that it runs

1500 tweets, from raw texts and a loaded model to mean-pooled features, tokenising included; warm:
everybody passes 150 other tweets first, outside the timing. Each in a fresh process with one thread
for arithmetic, taking turns. Both sort by length, longest first; PyTorch takes batches of 32 and of
64, padded to their longest. The features must agree to 1e-4, or the comparison is refused.

* `ftkeras`: the pass that fills the feature cache (`training/feature_pass.py`).
* `pytorch_32`, `pytorch_64`: `transformers` in inference mode (`peers/pytorch.py`).
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["TF_NUM_INTEROP_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

import ftkeras
from experiments.benchmarks.frozen_finetune import LENGTH, MINILM, Clock, read, show
from experiments.benchmarks.peers import own_process
from ftkeras.training.feature_cache import FeatureCache

RESULTS = Path(__file__).parent / "results" / "forward_pass.json"
Pass = Callable[[Sequence[str]], NDArray[np.float32]]


def ftkeras_pass() -> Pass:
    """The pass that fills a feature cache, which is empty each time."""
    backbone = ftkeras.load_backbone(str(MINILM), sequence_length=LENGTH)

    def run(texts: Sequence[str]) -> NDArray[np.float32]:
        with tempfile.TemporaryDirectory() as directory:
            cache = FeatureCache(Path(directory), backbone, "mean_pooled")
            return cache.features(np.arange(len(texts)).astype(str), list(texts))

    return run


def pytorch_pass(size: int) -> Pass:
    """`transformers` in inference mode, on batches of this size."""
    # PyTorch comes with the extra `reference` only.
    from experiments.benchmarks.peers import pytorch

    pytorch.torch.set_num_threads(1)
    model = pytorch.Classifier(str(MINILM), trained_layers=0)

    def run(texts: Sequence[str]) -> NDArray[np.float32]:
        labels = np.zeros(len(texts), "int64")
        return pytorch.sorted_pass(model, pytorch.Batches(str(MINILM), texts, labels, size, LENGTH))

    return run


CONTESTANTS: dict[str, Callable[[], Pass]] = {
    "ftkeras": ftkeras_pass,
    "pytorch_32": lambda: pytorch_pass(32),
    "pytorch_64": lambda: pytorch_pass(64),
}


def contest(name: str, quick: bool, file: Path) -> None:
    """Lets one contestant pass once, in this process; its features go to a file."""
    parts = read(150, 150, 0) if quick else read(1500, 150, 0)
    run = CONTESTANTS[name]()
    run(parts.validation.texts)
    loaded = own_process.peak_bytes()
    clock = Clock()
    features = run(parts.train.texts)
    done = clock.run(name)
    np.save(file, features)
    own_process.report(
        {
            "contestant": name,
            "wall_seconds": done.wall_seconds,
            "cpu_seconds": done.cpu_seconds,
            "loaded_bytes": loaded,
            "peak_bytes": own_process.peak_bytes(),
        }
    )


def main() -> None:
    """Runs the contestants in turns, writes JSON and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="turns of each contestant")
    parser.add_argument("--quick", action="store_true", help="150 tweets, one turn")
    parser.add_argument("--here", choices=CONTESTANTS, help="this one, in this process")
    parser.add_argument("--file", type=Path, help="where it writes its features")
    arguments = parser.parse_args()
    if arguments.here:
        contest(arguments.here, arguments.quick, arguments.file)
        return
    runs = []
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(1 if arguments.quick else arguments.repeats):
            for name in CONTESTANTS:
                file = Path(directory) / f"{name}.npy"
                asked = ("--here", name, "--file", file, *["--quick"] * arguments.quick)
                run = own_process.run("experiments.benchmarks.forward_pass", *asked)
                reference = np.load(Path(directory) / "ftkeras.npy")
                difference = float(np.abs(np.load(file) - reference).max())
                if difference > 1e-4:
                    raise SystemExit(f"Features of {name} differ by {difference}; not comparable.")
                runs.append({**run, "largest_difference": difference, "accuracy": float("nan")})
                print(json.dumps(runs[-1]), flush=True)
    show(runs, "One pass over tweets, MiniLM")
    if not arguments.quick:
        result = {
            "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
            "versions": {
                name: metadata.version(name)
                for name in ("keras", "tensorflow", "torch", "transformers")
            },
            "runs": runs,
        }
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")
        print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
