"""Run directories made from real data by scikit-learn alone: what a finished run leaves behind."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import Comparison, Measurement, RunRecord


@dataclass
class Source:
    """Data of a run: features to learn from, and what a person sees of them."""

    name: str
    features: np.ndarray
    labels: np.ndarray
    previews: np.ndarray
    class_names: tuple[str, ...]
    task: str


def cancer() -> Source:
    data = load_breast_cancer()
    previews = [
        "; ".join(f"{n} {v:.3g}" for n, v in zip(data.feature_names[:8], row, strict=False))
        for row in data.data
    ]
    # Four features only, so that there are mistakes to show.
    return Source(
        "breast_cancer(path='cancer.csv')",
        data.data[:, 4:8],
        data.target,
        np.array(previews, dtype=object),
        ("malignant", "benign"),
        "binary",
    )


def digits() -> Source:
    data = load_digits()
    thumbnails = []
    for image in data.images:
        buffer = io.BytesIO()
        Image.fromarray((255 - image * 15.9).astype("uint8")).save(buffer, "PNG")
        encoded = base64.b64encode(buffer.getvalue()).decode()
        thumbnails.append(f"data:image/png;base64,{encoded}")
    return Source(
        "digits(path='digits.csv')",
        data.data,
        data.target,
        np.array(thumbnails, dtype=object),
        tuple(map(str, range(10))),
        "multiclass",
    )


def write_run(run_dir: Path, source: Source, seed: int = 0) -> RunRecord:
    """Splits, fits with scikit-learn, and writes what ftkeras would."""
    rows = np.arange(len(source.labels))
    train, rest = train_test_split(rows, test_size=0.4, stratify=source.labels, random_state=seed)
    validation, test = train_test_split(
        rest, test_size=0.5, stratify=source.labels[rest], random_state=seed
    )
    parts = {"train": train, "validation": validation, "test": test}
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500))
    baselines = {
        "majority_class": DummyClassifier(),
        "decision_tree": DecisionTreeClassifier(max_depth=3, random_state=seed),
    }
    predictions = {}
    for name, fitted in {"model": model, **baselines}.items():
        fitted.fit(source.features[train], source.labels[train])
        predictions[name] = _predictions(fitted, source, parts)
        folder = run_dir / "predictions" / ("" if name == "model" else "baselines")
        predictions[name].write(folder / f"{name}.parquet")
    record = _record(source, parts, predictions, seed)
    record.write(run_dir / "record.json")
    return record


def _predictions(fitted, source: Source, parts: dict[str, np.ndarray]) -> Predictions:
    rows = np.concatenate([parts["validation"], parts["test"]])
    logits = np.log(np.clip(fitted.predict_proba(source.features[rows]), 1e-6, 1))
    if source.task == "binary":
        logits = logits[:, 1:] - logits[:, :1]
    return Predictions(
        ids=np.array([f"{row:064x}" for row in rows]),
        labels=source.labels[rows].astype("int64"),
        logits=logits.astype("float32"),
        splits=np.repeat(["validation", "test"], [len(parts["validation"]), len(parts["test"])]),
        task=source.task,
        class_names=source.class_names,
        previews=source.previews[rows],
    )


def _scores(logits: np.ndarray, labels: np.ndarray) -> dict[str, tuple[float, str]]:
    wide = np.hstack([np.zeros_like(logits), logits]) if logits.shape[1] == 1 else logits
    probabilities = np.exp(wide - np.logaddexp.reduce(wide, axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    answers, classes = probabilities.argmax(axis=1), np.arange(wide.shape[1])
    area = probabilities[:, 1] if len(classes) == 2 else probabilities
    return {
        "accuracy": (accuracy_score(labels, answers), "max"),
        "f1_score(average='macro')": (f1_score(labels, answers, average="macro"), "max"),
        "log_loss": (log_loss(labels, probabilities, labels=classes), "min"),
        "area_under_roc_curve": (roc_auc_score(labels, area, multi_class="ovr"), "max"),
    }


def _resampled(logits: list[np.ndarray], labels: np.ndarray, times: int = 30) -> list[list[dict]]:
    """The scores of each model on the same resamples of the examples."""
    generator = np.random.default_rng(0)
    found = [[] for _ in logits]
    for _ in range(times):
        rows = generator.integers(0, len(labels), len(labels))
        for each, values in zip(found, logits, strict=True):
            scores = _scores(values[rows], labels[rows])
            each.append({name: value for name, (value, _) in scores.items()})
    return found


def _record(source: Source, parts: dict, predictions: dict[str, Predictions], seed: int):
    measurements, comparisons = {}, []
    for part in ("validation", "test"):
        taken = {name: each.part(part) for name, each in predictions.items()}
        labels = taken["model"].labels
        draws = dict(
            zip(taken, _resampled([t.logits for t in taken.values()], labels), strict=True)
        )
        measurements[part] = {
            name: [
                Measurement(
                    score,
                    value,
                    *np.quantile([d[score] for d in draws[name]], [0.025, 0.975]),
                    0.95,
                    len(labels),
                    "bootstrap of examples, percentiles",
                    direction,
                )
                for score, (value, direction) in _scores(each.logits, labels).items()
            ]
            for name, each in taken.items()
        }
    own = {item.score: item.value for item in measurements["test"]["model"]}
    for other in ("majority_class", "decision_tree"):
        for item in measurements["test"][other]:
            gaps = np.array(
                [
                    m[item.score] - o[item.score]
                    for m, o in zip(draws["model"], draws[other], strict=True)
                ]
            )
            tail = min((gaps <= 0).mean(), (gaps >= 0).mean())
            comparisons.append(
                Comparison(
                    item.score,
                    other,
                    own[item.score] - item.value,
                    *np.quantile(gaps, [0.025, 0.975]),
                    max(2 * tail, 1e-5),
                    0.95,
                    item.num_units,
                    "bootstrap of examples, both models on the same resamples",
                )
            )
    return RunRecord(
        command="python -m ftkeras.run --flagfile=runs/example/run.flags",
        created="2031-04-05T06:07:08+00:00",
        config={"backbone": "preset://example", "seed": seed, "data": source.name},
        versions={"python": "3.11.2", "keras": "3.15.1", "backend": "tensorflow"},
        task={"name": source.task, "class_names": list(source.class_names), "headline": "accuracy"},
        data={
            "source": source.name,
            "modality": "text",
            "examples": len(source.labels),
            "dropped": {"duplicate": 12, "empty": 0},
            "labels": {
                part: {
                    name: int((source.labels[rows] == index).sum())
                    for index, name in enumerate(source.class_names)
                }
                for part, rows in parts.items()
            },
            "digest": "d" * 64,
        },
        split={
            "rule": "stratified(validation=0.2, test=0.2)",
            "seed": seed,
            "digest": "5" * 64,
            "counts": {part: len(rows) for part, rows in parts.items()},
        },
        backbone={
            "handle": "preset://example",
            "fingerprint": "f" * 64,
            "parameters": 22713216,
            "tap": "mean_pooled",
            "head": "linear",
        },
        passes={"computed": 455, "reused": 114, "saved": 8645},
        phases=_phases(source, parts),
        measurements=measurements,
        comparisons=comparisons,
        streamed={"test": {"accuracy": own["accuracy"], "loss": own["log_loss"]}},
        test_reads=[{"time": "2031-04-05T06:07:01+00:00", "reason": "evaluation of the run"}],
        seconds={"features": 20.1, "phase_1": 1.4, "evaluate": 0.3},
    )


def _phases(source: Source, parts: dict) -> list[dict]:
    """Two phases of a linear model trained by gradient descent, an epoch a pass."""
    scaler = StandardScaler().fit(source.features[parts["train"]])
    features, labels = scaler.transform(source.features), source.labels
    classes, phases = np.unique(labels), []
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=2e-4, random_state=0)
    for rule, epochs in (("linear_probe", 12), ("all_blocks", 5)):
        logs = {}
        for _ in range(epochs):
            model.partial_fit(features[parts["train"]], labels[parts["train"]], classes)
            for prefix, part in (("", "train"), ("val_", "validation")):
                rows = parts[part]
                loss = log_loss(labels[rows], model.predict_proba(features[rows]), labels=classes)
                accuracy = model.score(features[rows], labels[rows])
                logs.setdefault(f"{prefix}loss", []).append(float(loss))
                logs.setdefault(f"{prefix}accuracy", []).append(float(accuracy))
        phases.append(
            {
                "phase": f"{rule}(epochs={epochs}, learning_rate=0.0002)",
                "trainable_parameters": 385,
                "best_epoch": int(np.argmin(logs["val_loss"])) + 1,
                "seconds": 0.7,
                "history": logs,
            }
        )
    return phases
