"""The runs and files that a comparison is made of, brought onto the same examples."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.config import RunConfig, predictions_call
from ftkeras.contracts.task import BY_POSITION
from ftkeras.errors import UserError
from ftkeras.mask import Mask
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _foreign_predictions, _winner

_SHOWN = 3


@dataclass(frozen=True)
class Contestant:
    """One model in a comparison.

    Args:
        name: What a person sees it called, distinct from the others.
        method: What was done, without the data: the same for equal recipes on other data.
        predictions: Its answers on test.
        record: The record of its run; `None` for a file.
        directory: The directory of its run; `None` for a file.
    """

    name: str
    method: str
    predictions: Predictions
    record: RunRecord | None = None
    directory: Path | None = None

    @property
    def cost(self) -> dict[str, float]:
        """What it took, as far as it is recorded: parameters, seconds, passes."""
        if self.record is None or not self.record.phases:
            return {}
        trained = max(phase["trainable_parameters"] for phase in self.record.phases)
        seconds = self.record.seconds
        rows = sum(self.record.split.get("counts", {}).get(p, 0) for p in ("validation", "test"))
        cost: dict[str, Any] = {
            "parameters": self.record.backbone.get("parameters"),
            "trained_parameters": trained,
            "training_seconds": seconds.get("features", 0.0) + seconds.get("training", 0.0),
            "passes": self.record.passes.get("computed"),
        }
        if rows and "prediction" in seconds:
            cost["milliseconds_per_example"] = 1000 * seconds["prediction"] / rows
        return {name: value for name, value in cost.items() if value is not None}

    @property
    def spread(self) -> dict[str, float] | None:
        """Standard deviation of the headline score between repeats of a cross-validation."""
        found = {} if self.record is None else self.record.analyses.get("cross_validation", {})
        repeats = np.array(found.get("fold_scores", {}).get("model", []), "float64")
        if len(repeats) < 2 or not np.isfinite(repeats).all():
            return None
        return {"value": float(repeats.mean(axis=1).std(ddof=1)), "repeats": len(repeats)}


def load(config: RunConfig) -> list[Contestant]:
    """Returns the contestants of a comparison in the order they were named.

    Args:
        config: `runs`: run directories, and files of predictions.

    Raises:
        UserError: Fewer than two, one twice, or one that cannot be read.
    """
    if len(config.runs) < 2 or len(set(config.runs)) < len(config.runs):
        raise UserError(
            "Expected at least two different runs in --runs=a,b,... Received: --runs="
            f"{','.join(map(str, config.runs))}. Name each run directory or predictions file once."
        )
    found = [_read(path, config) for path in config.runs]
    names = Counter(one.name for one in found)
    return [
        one if names[one.name] == 1 else dataclasses.replace(one, name=str(path))
        for one, path in zip(found, config.runs, strict=True)
    ]


def _read(path: Path, config: RunConfig) -> Contestant:
    directory = _winner.run_of(path) if path.is_dir() else None
    record: RunRecord | None = None
    if directory is not None:
        record = RunRecord.read(directory / "record.json")
        predictions = Predictions.read(directory / "predictions" / "model.parquet")
        method = _method(record)
        name = path.resolve().name
    elif path.exists():
        method, name = path.stem, path.stem
        predictions = _foreign_predictions.read(predictions_call(str(path)), config.task)
    else:
        raise UserError(
            f"Expected a run directory or a file of predictions. Received: --runs={path} (does not "
            "exist). Paths are taken from the current directory."
        )
    # Out-of-fold answers are as unseen as those on a test part.
    part = "test" if (predictions.splits == "test").any() else str(predictions.splits[0])
    return Contestant(name, method, predictions.part(part), record, directory)


def _method(record: RunRecord) -> str:
    phases = " + ".join(str(phase["phase"]) for phase in record.phases)
    parts = [record.backbone.get("handle"), record.backbone.get("head"), phases]
    return ", ".join(str(part) for part in parts if part)


def by_data_set(contestants: Sequence[Contestant]) -> list[list[Contestant]]:
    """Returns the contestants grouped by data: those that share examples stand together."""
    groups: list[tuple[set[str], list[Contestant]]] = []
    for one in contestants:
        ids = set(one.predictions.ids.tolist())
        for known, members in groups:
            if known & ids:
                members.append(one)
                known |= ids
                break
        else:
            groups.append((ids, [one]))
    return [members for _, members in groups]


def aligned(contestants: Sequence[Contestant], shared: bool) -> list[Contestant]:
    """Returns the contestants with their answers to the same examples, in the same order.

    Args:
        contestants: Models of one task whose data overlap.
        shared: Whether to take only what all of them answered; otherwise a difference is an error.

    Raises:
        UserError: They answered different questions or examples, or disagree about a label.
    """
    first = contestants[0]
    for one in contestants[1:]:
        if (one.predictions.task, one.predictions.class_names) != (
            first.predictions.task,
            first.predictions.class_names,
        ):
            raise UserError(
                f"Expected the same classes in the same order. Received: {first.name} with "
                f"{_classes(first)}, {one.name} with {_classes(one)}."
            )
    common = sorted(set.intersection(*(set(one.predictions.ids.tolist()) for one in contestants)))
    for one in contestants:
        extra = len(one.predictions) - len(common)
        if extra and not shared:
            raise UserError(
                "Expected the same test examples in every run: scores on different examples say "
                f"nothing about who is better. Received: {one.name} with {extra} that not all "
                f"others have ({len(common)} are shared). Compare on what all answered with "
                "--examples=shared."
            )
    taken = [_taken(one, common) for one in contestants]
    if catalog.find("tasks", first.predictions.task).kind in BY_POSITION:
        taken = _of_one_width(taken)
    _check_labels(taken)
    return taken


def _taken(one: Contestant, ids: list[str]) -> Contestant:
    row_of = {id_: row for row, id_ in enumerate(one.predictions.ids.tolist())}
    rows: NDArray[np.int64] = np.array([row_of[id_] for id_ in ids], "int64")
    return dataclasses.replace(one, predictions=one.predictions.take(rows))


def _of_one_width(contestants: Sequence[Contestant]) -> list[Contestant]:
    """Answers by position are as wide as the longest example of their run, not of the shared."""
    widths = [one.predictions.labels.shape[1] for one in contestants]
    return [
        dataclasses.replace(
            one,
            predictions=dataclasses.replace(
                one.predictions,
                labels=_widened(one.predictions.labels, max(widths), -1),
                logits=_widened(one.predictions.logits, max(widths), 0),
            ),
        )
        for one in contestants
    ]


def _widened(values: NDArray[Any], width: int, padding: float) -> NDArray[Any]:
    missing = [(0, 0), (0, width - values.shape[1]), *[(0, 0)] * (values.ndim - 2)]
    return np.pad(values, missing, constant_values=padding)


def _check_labels(contestants: Sequence[Contestant]) -> None:
    first = contestants[0]
    for one in contestants[1:]:
        differs = _comparable(one) != _comparable(first)
        wrong = np.flatnonzero(differs.reshape(len(differs), -1).any(axis=1))
        if len(wrong):
            shown = ", ".join(str(first.predictions.ids[row]) for row in wrong[:_SHOWN])
            raise UserError(
                f"Expected the same true label of an example in every run. Received: {len(wrong)} "
                f"examples whose label differs between {first.name} and {one.name}, such as "
                f"{shown}. Find out which file is right before comparing."
            )


def _comparable(one: Contestant) -> NDArray[Any]:
    """Labels; of masks their pixels, which not every version of Pillow packs into equal bytes."""
    labels = one.predictions.labels
    if labels.dtype != object or not isinstance(labels[0], bytes):
        return labels
    return np.array([Mask(png).digest for png in labels])


def _classes(one: Contestant) -> str:
    return f"{one.predictions.task}: {', '.join(one.predictions.class_names)}"
