"""Reads, deduplicates and folds the data of a cross-validation, and encodes its labels."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.contracts.task import BY_POSITION, Labels, Task
from ftkeras.data import repeats as content
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.run_checks import refuse_errors, run_checks
from ftkeras.errors import UserError
from ftkeras.training.examples import of_width
from ftkeras.workflows import (
    _label_table,
    _near_folds,
    _prepared_data,
    _provenance,
    _source,
)

_CHECKS = [Call(name) for name in catalog.names("data/checks") if name != "near_duplicates"]


@dataclass(frozen=True)
class FoldData:
    """All examples, and which fold may use which.

    Args:
        source: Call string of the data source.
        rule: Call string of the fold rule, with its repeats.
        task: The task.
        vocabularies: For each fold what is known of the labels from its training part: the same
            names in all of them, means and deviations of numbers of its own.
        examples: All examples that are left.
        labels: Encoded labels (`contracts.task.KINDS`).
        splits: The folds of the first repeat, then those of the second, and so on.
        repeats: How often the examples were folded anew.
        dropped: Rule -> how many examples it dropped from everything.
        findings: What the checks of the data found.
        seed: The seed of the folds.
    """

    source: Call
    rule: Call
    task: Task
    vocabularies: list[Labels]
    examples: Dataset
    labels: NDArray[Any]
    splits: list[Split]
    repeats: int
    dropped: dict[str, int]
    findings: list[Finding]
    seed: int

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def vocabulary(self) -> Labels:
        """What is known of the labels in the first fold; the names are those of all folds."""
        return self.vocabularies[0]

    @property
    def num_classes(self) -> int:
        """Number of classes, labels or targets."""
        return len(self.vocabulary.class_names)

    @property
    def folds(self) -> int:
        """Folds a repeat."""
        return len(self.splits) // self.repeats

    def mask(self, part: str) -> NDArray[np.bool_]:
        """Returns `(repeats * folds, examples)`: true where an example is in this part."""
        return self._parts == part

    @cached_property
    def _parts(self) -> NDArray[np.str_]:
        return np.stack([content.part_of_rows(self.examples, split) for split in self.splits])

    def as_wide(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns answers of some examples as wide as those of the example with the most of them.

        Args:
            logits: `(some, outputs)`, or by position `(some, longest of them, ...)`.
        """
        if self.task.kind not in BY_POSITION:
            return logits
        return of_width(logits, self.labels.shape[1], 0)

    @property
    def test_over_train(self) -> float:
        """Examples a fold is tested on, over those that its model is made from."""
        used = sum(len(split.train) + len(split.validation) for split in self.splits)
        return sum(len(split.test) for split in self.splits) / used

    @property
    def digest(self) -> str:
        """SHA-256 over all folds."""
        return hashlib.sha256(" ".join(split.digest for split in self.splits).encode()).hexdigest()

    def record(self, headline: str) -> dict[str, Any]:
        """Returns what the run record says of the task, the data and the folds."""
        names = self.vocabulary.class_names
        return {
            "task": {"name": self.task.name, "class_names": list(names), "headline": headline},
            "data": {
                "source": str(self.source),
                "modality": self.examples.modality,
                "examples": len(self),
                "dropped": self.dropped,
                "findings": _prepared_data.as_recorded(self.findings),
                **_label_table.of_parts(self.task, self.vocabulary, {"test": self.labels}),
                "digest": _provenance.digest([self.examples]),
            },
            "split": {
                "rule": f"cross-validation, {self.rule}",
                "seed": self.seed,
                "digest": self.digest,
                "counts": {"test": len(self)},
            },
        }


def prepare(config: RunConfig) -> FoldData:
    """Reads and checks everything before anything is computed.

    Near copies of a fold's test part are dropped from its training and validation part.

    Raises:
        UserError: The data cannot be read, folded or encoded.
    """
    if config.data is None or config.task is None:
        raise ValueError(f"Expected data and a task. Received: config={config}.")
    task = catalog.build("tasks", config.task)
    source = _prepared_data.read_labels(task, _source.read(config))
    examples, deduplication = deduplicate(source)
    rule = fold_rule(config)
    seed = seeds.child(config.seed, "split")
    drawn = catalog.build("data/folds", rule)(examples, seed)
    splits, near = _near_folds.without_near_leaks(examples, drawn)
    findings = _source.findings(config, source.rejected)
    findings += [*deduplication.findings, *near, *run_checks(examples, splits[0], _CHECKS)]
    refuse_errors(findings)
    vocabularies = _vocabularies(task, examples, splits)
    return FoldData(
        source=config.data,
        rule=rule,
        task=task,
        vocabularies=vocabularies,
        examples=examples,
        labels=_prepared_data.encode(task, vocabularies[0], examples, "the data"),
        splits=splits,
        repeats=rule.arguments["repeats"],
        dropped={"unusable": len(source.rejected), **deduplication.dropped},
        findings=findings,
        seed=seed,
    )


def fold_rule(config: RunConfig) -> Call:
    """Returns the fold rule with the repeats that were asked for.

    Raises:
        UserError: The flag and the rule ask for different repeats.
    """
    rule = config.folds or Call("stratified")
    own = rule.arguments.get("repeats")
    if config.repeats is not None and own not in (None, config.repeats):
        raise UserError(
            f"Expected repeats to be said once. Received: --repeats={config.repeats} and "
            f"--folds={rule}. Leave one of them out."
        )
    repeats = config.repeats or own or 1
    return Call(rule.name, {**rule.arguments, "repeats": repeats})


def _vocabularies(task: Task, examples: Dataset, splits: list[Split]) -> list[Labels]:
    """Fits the vocabulary in each fold, and refuses folds that do not agree on its names."""
    found = [_prepared_data.fit_labels(task, split.take("train", examples)) for split in splits]
    everything = task.fit_labels(examples.labels)
    if task.kind not in ("classes", "labels"):
        return found
    what = "class" if task.kind == "classes" else "label"
    for number, vocabulary in enumerate(found, start=1):
        lacking = set(everything.class_names) - set(vocabulary.class_names)
        if lacking:
            raise UserError(
                f"Expected every {what} in the training part of every fold. Received: fold "
                f"{number} of {len(splits)} without {', '.join(sorted(lacking))}. Take "
                f"--folds=stratified or fewer folds, or merge or drop {_those(task.kind)}."
            )
    return found


def _those(kind: str) -> str:
    return "these classes" if kind == "classes" else "these labels"
