"""Reads, deduplicates and splits the data of a run, and encodes its labels."""

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset, RejectedRow
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.contracts.task import Labels, Task, label_text, unknown_rows
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.gold_answers import one_question_each
from ftkeras.data.near_duplicates import drop_near_leaks, near_pairs
from ftkeras.data.query_lists import SUFFIX, query_lists
from ftkeras.data.run_checks import refuse_errors, run_checks
from ftkeras.errors import UserError
from ftkeras.message import counted, joined, message, term
from ftkeras.workflows import _label_table, _provenance, _source, _spans

_SHOWN = 5
LARGEST_LOSS = 0.2
"""Share of a part that is dropped at most because it is nearly in a later one."""

LARGEST_COMPARED = 200_000
"""Examples that are compared with each other at most."""

# Near duplicates are looked for once, to drop them, and told by what was dropped.
_CHECKS = [Call(name) for name in catalog.names("data/checks") if name != "near_duplicates"]


@dataclass(frozen=True)
class Together:
    """What stands beside the answers for several parts, one behind the other.

    Args:
        ids: `(examples,)` ids.
        splits: `(examples,)` the part each belongs to.
        columns: Further columns by name.
    """

    ids: NDArray[np.str_]
    splits: NDArray[np.str_]
    columns: dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class PreparedData:
    """The data of a run, ready for training and judging.

    Args:
        source: Call string of the data source.
        task: The task.
        vocabulary: What is known of the labels, from the training part.
        split: Which example is in which part.
        parts: Part -> examples.
        labels: Part -> encoded labels (`contracts.task.KINDS`), in the order of the examples.
        dropped: Rule -> how many examples it dropped.
        findings: What the checks of the data found.
    """

    source: Call
    task: Task
    vocabulary: Labels
    split: Split
    parts: dict[str, Dataset]
    labels: dict[str, NDArray[Any]]
    dropped: dict[str, int]
    findings: list[Finding]
    _together: dict[tuple[str, ...], Together] = field(
        default_factory=dict, repr=False, compare=False
    )

    def together(self, names: tuple[str, ...]) -> Together:
        """Returns what stands beside the answers for these parts; all models share it."""
        if names not in self._together:
            parts = [self.parts[name] for name in names]
            self._together[names] = Together(
                ids=np.concatenate([part.ids for part in parts]),
                splits=np.repeat(list(names), [len(part) for part in parts]),
                columns={
                    name: np.concatenate([part.columns[name] for part in parts])
                    for name in parts[0].columns
                },
            )
        return self._together[names]

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 over the ids and labels of all parts."""
        return _provenance.digest([self.parts[part] for part in PARTS])

    @property
    def num_classes(self) -> int:
        """Number of classes or labels in the training part, or of targets."""
        return len(self.vocabulary.class_names)

    @property
    def rejected(self) -> tuple[RejectedRow, ...]:
        """Rows that the source left out."""
        return self.parts["train"].rejected

    def record(self) -> dict[str, Any]:
        """Returns what the run record says of the data."""
        everything = [self.parts[part] for part in PARTS]
        return {
            "source": str(self.source),
            "modality": everything[0].modality,
            "examples": sum(len(part) for part in everything),
            "dropped": self.dropped,
            "findings": as_recorded(self.findings),
            **_label_table.of_parts(self.task, self.vocabulary, self.labels),
            "digest": self.digest,
        }


def as_recorded(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Returns what a run record keeps of findings."""
    kept = ("severity", "check", "message", "action")
    return [{name: getattr(finding, name) for name in kept} for finding in findings]


def _without_near_leaks(dataset: Dataset, drawn: Split) -> tuple[Split, int, list[Finding]]:
    """Drops near copies of later parts, unless the data are so alike that little would be left."""
    if len(dataset) > LARGEST_COMPARED:
        return drawn, 0, [not_compared(dataset)]
    smaller, lost = drop_near_leaks(dataset, drawn, near_pairs(dataset))
    if not sum(lost.values()):
        return drawn, 0, []
    told = joined(
        [
            message("{count} of {part}", count=count, part=term(part))
            for part, count in lost.items()
            if count
        ],
        " and ",
    )
    alike = any(count > LARGEST_LOSS * len(drawn.ids(part)) for part, count in lost.items())
    finding = Finding(
        check="near_duplicates",
        severity="warning",
        message=counted(
            "{told} is nearly the same as an example of a later part.",
            "{told} are nearly the same as an example of a later part.",
            count=sum(lost.values()),
            told=told,
        ),
        action=(
            message(
                "Nothing is dropped, because so many are alike that the rest would be another data "
                "set. If they have a common origin, keep it in one part: split=grouped(column=...)."
            )
            if alike
            else counted(
                "It is dropped, so that test holds nothing that was trained on.",
                "They are dropped, so that test holds nothing that was trained on.",
                count=sum(lost.values()),
            )
        ),
        count=sum(lost.values()),
    )
    return (drawn, 0, [finding]) if alike else (smaller, finding.count, [finding])


def not_compared(dataset: Dataset) -> Finding:
    """Returns the note that near copies are not looked for among so many examples."""
    return Finding(
        check="near_duplicates",
        severity="note",
        message=message(
            "Near copies are not looked for among {count:,} examples; exact ones are.",
            count=len(dataset),
        ),
        action=message("Keep examples of a common origin in one part: split=grouped(column=...)."),
        count=len(dataset),
    )


def prepare(config: RunConfig) -> PreparedData:
    """Reads and checks everything a run needs of its data, before anything is computed.

    Raises:
        UserError: The data cannot be read, split or encoded; the message names file and row.
    """
    if config.data is None or config.task is None:
        raise ValueError(f"Expected data and a task. Received: config={config}.")
    task = catalog.build("tasks", config.task)
    source = read_labels(task, _source.read(config))
    # Columns of other rules name groups or times, and not parts.
    part_column = config.split.arguments["column"] if config.split.name == "given" else None
    found, deduplication = deduplicate(source, part_column)
    rejected = source.rejected
    del source  # of a large table it is half of what is in memory
    rule = catalog.build("data/splits", _spans.split_call(config))
    drawn = rule(_spans.for_split(found), seeds.child(config.seed, "split"))
    split, near, near_findings = _without_near_leaks(found, drawn)
    findings = _source.findings(config, rejected)
    findings += [*deduplication.findings, *near_findings, *run_checks(found, split, _CHECKS)]
    refuse_errors(findings)
    parts = {part: split.take(part, found) for part in PARTS}
    vocabulary = fit_labels(task, parts["train"])
    labels = {part: encode(task, vocabulary, parts[part], part) for part in PARTS}
    dropped = {
        "unusable": len(rejected),
        **deduplication.dropped,
        "near_copies_of_other_parts": near,
    }
    return PreparedData(config.data, task, vocabulary, split, parts, labels, dropped, findings)


def read_labels(task: Task, source: Dataset) -> Dataset:
    """Returns examples with their labels in the form that the task compares.

    Raises:
        UserError: A label cannot be read; the message names the rows.
    """
    labels = task.read(source.labels, source.locations)
    read = dataclasses.replace(source, labels=labels, label_kind=task.kind)
    if task.kind == "spans":
        return one_question_each(read)
    if task.kind != "relevances" or source.modality.endswith(SUFFIX):
        return read
    # Now a row is a document; an example is a query with all of its documents.
    relevances = np.array([relevance for (relevance,) in labels], "float64")
    return query_lists(dataclasses.replace(read, labels=relevances), getattr(task, "query", None))


def fit_labels(task: Task, train: Dataset) -> Labels:
    """Returns what is known of the labels of a training part; numbers are called as their columns.

    Raises:
        UserError: There is nothing to learn from them.
    """
    vocabulary = task.fit_labels(train.labels)
    if task.kind == "numbers" and len(train.label_names) == len(vocabulary.class_names):
        return dataclasses.replace(vocabulary, class_names=train.label_names)
    return vocabulary


def encode(task: Task, vocabulary: Labels, examples: Dataset, part: str) -> NDArray[Any]:
    """Returns encoded labels; see `contracts.task.KINDS`.

    Args:
        task: The task.
        vocabulary: What is known of the labels of the training part.
        examples: Labelled examples.
        part: What a person calls them.

    Raises:
        UserError: A label that the training part lacks; the message names the rows.
    """
    encoded = task.encode(examples.labels, vocabulary)
    unknown = unknown_rows(encoded)
    if len(unknown):
        shown = ", ".join(
            f"{label_text(examples.labels[row])} ({examples.locations[row]})"
            for row in unknown[:_SHOWN]
        )
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        raise UserError(
            f"Expected only labels of the training part: {', '.join(vocabulary.class_names)}. "
            f"Received in {part}: {shown}{more}. Correct these labels, or put examples of every "
            "class into train, for example with split=stratified."
        )
    return encoded
