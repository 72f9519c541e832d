"""Folds inside train and validation, to judge a search where one validation part is small."""

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.contracts.task import BY_POSITION
from ftkeras.data.lazy_column import concatenated
from ftkeras.errors import UserError
from ftkeras.training.examples import of_width
from ftkeras.training.recipe import Part
from ftkeras.workflows import _near_folds
from ftkeras.workflows._prepared_data import PreparedData

_OPEN = ("train", "validation")


@dataclass(frozen=True)
class InnerFolds:
    """Every example that is not in the test part, and the folds it is cut into.

    Args:
        examples: Train and validation together.
        labels: Encoded labels (`contracts.task.KINDS`).
        splits: The folds; each example is held out by exactly one. What is nearly the same as a
            held-out example is not trained on.
        findings: That there was such.
    """

    examples: Dataset
    labels: NDArray[Any]
    splits: list[Split]
    findings: list[Finding]

    @property
    def digest(self) -> str:
        """What tells these folds from others of the same rule; empty where the rule says all."""
        fewer = sum(
            len(self.examples) - sum(len(split.ids(part)) for part in PARTS)
            for split in self.splits
        )
        return f"without {fewer} near copies" if fewer else ""

    def part(self, split: Split, name: str) -> tuple[NDArray[np.int64], Part]:
        """Returns the rows of one part of a fold, and what training takes of them."""
        row_of = {id_: row for row, id_ in enumerate(self.examples.ids.tolist())}
        rows = np.array([row_of[id_] for id_ in split.ids(name).tolist()], "int64")
        ids, inputs = self.examples.ids[rows], self.examples.inputs[rows]
        return rows, Part(ids, inputs, self.labels[rows])


def inner_folds(config: RunConfig, data: PreparedData) -> InnerFolds:
    """Cuts train and validation into the folds of the configuration; test is left out.

    Args:
        config: Settings with `folds`.
        data: The data of the search.

    Raises:
        UserError: The rule repeats its folds, or the examples cannot be cut by it.
    """
    if config.folds is None:
        raise ValueError(f"Expected folds. Received: config={config}.")
    if config.folds.arguments.get("repeats", 1) != 1 or (config.repeats or 1) != 1:
        raise UserError(
            "Expected folds without repeats: a search compares one answer an example. Received: "
            f"--folds={config.folds}, --repeats={config.repeats}. Leave the repeats out."
        )
    examples = _joined([data.parts[name] for name in _OPEN])
    open_labels = [data.labels[name] for name in _OPEN]
    if data.task.kind in BY_POSITION:  # each part is as wide as its longest example
        longest = max(each.shape[1] for each in open_labels)
        open_labels = [of_width(each, longest) for each in open_labels]
    labels = np.concatenate(open_labels)
    rule: Any = catalog.build("data/folds", config.folds)
    drawn = rule(examples, seeds.child(config.seed, "inner_folds"))
    splits, findings = _near_folds.without_near_leaks(examples, drawn)
    return InnerFolds(examples, labels, splits, findings)


def _joined(parts: list[Dataset]) -> Dataset:
    first = parts[0]
    return dataclasses.replace(
        first,
        ids=np.concatenate([part.ids for part in parts]),
        inputs=cast("NDArray[Any]", concatenated([part.inputs for part in parts])),
        labels=np.concatenate([part.labels for part in parts]),
        locations=cast("NDArray[Any]", concatenated([part.locations for part in parts])),
        columns={
            name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns
        },
    )
