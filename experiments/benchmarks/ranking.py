"""Does the ranking of backbones before training agree with what training then gives?

    python -m experiments.benchmarks.ranking            # ranks on 60% of the examples
    python -m experiments.benchmarks.ranking --quick    # on 20 to 25% of them

Two data sets, each split once: the training part alone is ranked (`ftkeras.rank_backbones`, with
successive halving, and without for the table); then every candidate is trained as `finetune` does
it, a linear head on frozen features with the best epoch by validation, and judged on test.

* tweets: MiniLM-L6, the same network with random weights, TF-IDF.
* digits (MNIST-5k at 96 pixels): EfficientNet-Lite0, the same with random weights, MobileNetV2 of
  keras.applications with random weights, raw pixels.

The truth of the floor is that of the baseline that every report shows: logistic regression on all
TF-IDF terms, or on pixels; the ranking sees 256 directions of TF-IDF.

Expected: the pretrained backbone first, then the floor, then random weights, on both. Seen with
--quick on a machine with much other work: the probe and LogME order the tweets as the test accuracy
does (0.893, 0.811, 0.728), H-score takes the random network for better than TF-IDF; on the digits
(0.913, raw pixels 0.885) the probe and LogME agree again. There the random networks stay at chance
when trained (0.100), although the probe says 0.80: their features are so small that a head without
normalisation does not get off the ground, and the probe standardises.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.stats import kendalltau

import ftkeras
from experiments.assets.catalogue import FETCHED
from ftkeras import catalog, metrics
from ftkeras.backbones import random_twin
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.phase import Phase
from ftkeras.statistics._wilson import wilson
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective
from ftkeras.training.recipe import Part, Recipe
from ftkeras.workflows._prepared_data import PreparedData, prepare

RESULTS = Path(__file__).parent / "results" / "ranking.json"
LITE0 = FETCHED / "lite0" / "efficientnet_lite0.keras"
PHASE = Phase(Call("linear_probe"), epochs=40, learning_rate=3e-3, patience=5)
FLOORS = {"text": "tfidf_logistic_regression", "image": "pixels_logistic_regression"}


def tweets() -> tuple[dict[str, Any], dict[str, Backbone]]:
    """Returns settings and candidates of the text problem."""
    settings = {
        "task": "binary",
        "data": f"csv(path={str(FETCHED / 'tweets' / 'tweets.csv')!r}, label='sentiment')",
        "sequence_length": 128,
    }
    minilm = ftkeras.load_backbone(str(FETCHED / "minilm"), sequence_length=128)
    return settings, {"MiniLM-L6": minilm, "MiniLM-L6, random weights": random_twin(minilm, 1)}


def digits() -> tuple[dict[str, Any], dict[str, Backbone]]:
    """Returns settings and candidates of the image problem."""
    settings = {
        "task": "multiclass",
        "data": f"image_folder(path={str(FETCHED / 'digits')!r})",
        "image_size": 96,
    }
    lite0 = ftkeras.load_backbone(str(LITE0), image_size=96)
    mobile = ftkeras.load_backbone("application://MobileNetV2", image_size=96, weights=None)
    return settings, {
        "EfficientNet-Lite0": lite0,
        "EfficientNet-Lite0, random weights": random_twin(lite0, 1),
        # Drawn again by a seed of ours: what Keras draws when it loads has none.
        "MobileNetV2, random weights": random_twin(mobile, 1),
    }


def truth(data: PreparedData, backbones: dict[str, Backbone], cache: Path) -> dict[str, float]:
    """Returns the test accuracy of every candidate, trained on the training part."""
    found = {}
    for name, backbone in backbones.items():
        found[name] = _accuracy(data, _trained(data, backbone, cache))
    modality = data.parts["train"].modality
    baseline = catalog.build("baselines", Call(FLOORS[modality]))
    answer = baseline.fit(data.parts["train"], data.labels["train"], data.num_classes, 0)
    found["floor"] = _accuracy(data, answer(data.parts["test"]))
    return found


def _trained(data: PreparedData, backbone: Backbone, cache: Path) -> NDArray[np.float32]:
    model = ftkeras.build_model(backbone, data.task, num_classes=data.num_classes)
    objective = Objective(
        loss=data.task.loss,
        metrics=lambda: metrics.suite(data.task.name, num_classes=data.num_classes),
        monitor="val_loss",
        direction="min",
    )
    features = FeatureCache(cache, backbone, backbone.taps[0])
    recipe = Recipe(model, backbone, features, objective, _silent)
    parts = {
        name: Part(part.ids, part.inputs, data.labels[name]) for name, part in data.parts.items()
    }
    recipe.fit([PHASE], parts["train"], parts["validation"], seed=0, log=None)
    return recipe.predict(parts["test"], "test")[0]


def _silent(name: str, unit: str) -> Callable[..., None]:
    return lambda *told: None


def _accuracy(data: PreparedData, logits: NDArray[np.float32]) -> float:
    return float((data.task.predict_label(logits) == data.labels["test"]).mean())


def run(
    name: str, made: tuple[dict[str, Any], dict[str, Backbone]], share: float
) -> dict[str, Any]:
    """Ranks and trains one problem; returns what is written to the results."""
    settings, backbones = made
    rest = 1 - share - 0.1
    split = f"stratified(train={share}, validation=0.1, test={rest:.6f})"
    with tempfile.TemporaryDirectory() as directory:
        cache = Path(directory) / "cache"
        given = {**settings, "split": split, "seed": 0, "cache_dir": str(cache)}
        # Backbones are handed over ready-made, so the handle is a formality of the command line.
        given |= {"mode": "rank_backbones", "backbone": "application://MobileNetV2"}
        given["cost"] = "recorded"  # quality is compared here, not memory
        config = RunConfig.read(**given, run_dir=f"{directory}/ranked")
        config = _without_handles(config)
        record = ftkeras.rank_backbones(config, backbones)
        halved = ftkeras.rank_backbones(
            RunConfig(**{**vars(config), "halving": True, "run_dir": Path(directory) / "halved"}),
            backbones,
        )
        data = prepare(config)
        true = truth(data, backbones, cache)
    found = record.analyses["ranking"]
    num_test = len(data.labels["test"])
    rows = []
    for row in found["candidates"]:
        accuracy = true[row["name"] if row["kind"] != "floor" else "floor"]
        interval = wilson(accuracy * num_test, num_test)
        rows.append({
            "name": row["name"], "test_accuracy": accuracy, "test_interval": interval,
            "scores": {score: one["value"] for score, one in row["scores"].items()},
            "examples_per_second": row["examples_per_second"], "parameters": row["parameters"],
        })  # fmt: skip
    return {
        "problem": name,
        "train": found["examples"],
        "test": num_test,
        "candidates": rows,
        "tau_with_truth": _taus(rows),
        "agreement_with_probe": found["agreement"],
        "told_apart": sum(not pair["tied"] for pair in found["pairs"]),
        "pairs": len(found["pairs"]),
        "halving": halved.analyses["ranking"]["rounds"],
        "saved_by_halving": halved.analyses["ranking"]["saved_by_halving"],
        "seconds": record.seconds["ranking"],
    }


def _without_handles(config: RunConfig) -> RunConfig:
    return RunConfig(**{**vars(config), "backbones": ()})


def _taus(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Returns Kendall's tau of each score's order with that of the test accuracy."""
    true = [row["test_accuracy"] for row in rows]
    found = {}
    for score in rows[0]["scores"]:
        sign = -1 if score == "probe_log_loss" else 1
        values = [sign * row["scores"][score] for row in rows]
        found[score] = round(float(kendalltau(values, true).statistic), 3)
    return found


def show(result: dict[str, Any]) -> None:
    """Prints one problem's table, best on test first."""
    title = f"{result['problem']}: ranked on {result['train']}, judged on {result['test']}"
    table = Table(title=title)
    for column in ("", "test accuracy", "interval", "probe", "log loss", "kNN", "LogME", "H-score"):
        table.add_column(column, justify="right" if column else "left")
    for row in sorted(result["candidates"], key=lambda row: -row["test_accuracy"]):
        low, high = row["test_interval"]
        order = ("probe_accuracy", "probe_log_loss", "nearest_neighbours", "log_me", "h_score")
        table.add_row(
            row["name"],
            f"{row['test_accuracy']:.3f}",
            f"{low:.3f} to {high:.3f}",
            *(f"{row['scores'][score]:.3f}" for score in order),
        )
    console = Console()
    console.print(table)
    console.print(f"Kendall's tau with the truth: {result['tau_with_truth']}", highlight=False)


def main() -> None:
    """Runs both problems, writes JSON and prints tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a third of the training examples")
    arguments = parser.parse_args()
    shares = (0.25, 0.2) if arguments.quick else (0.6, 0.6)
    problems = (("tweets", tweets, shares[0]), ("digits", digits, shares[1]))
    results = []
    for name, make, share in problems:
        results.append(run(name, make(), share))
        print(json.dumps(results[-1]), flush=True)
    content = {
        "quick": arguments.quick,
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "versions": {name: metadata.version(name) for name in ("keras", "tensorflow")},
        "results": results,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(content, indent=1) + "\n")
    for result in results:
        show(result)
    print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
