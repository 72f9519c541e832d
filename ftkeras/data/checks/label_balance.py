"""How many examples each class has, part by part."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import repeats
from ftkeras.data.label_kind import label_sets
from ftkeras.errors import UserError
from ftkeras.message import counted, joined, message, term


@dataclass(frozen=True)
class LabelBalance:
    """Counts classes, and warns of what makes accuracy misleading or a class unlearnable.

    Of several labels each is counted by itself; of numbers mean and range are told, of rankings how
    many documents there are and how many of them are relevant, of questions how many texts they are
    about and how many have no answer.

    Args:
        most_frequent: Above this share of one class accuracy alone misleads.
        fewest: A class with fewer training examples is hardly learnt, let alone measured.

    Example:
        >>> labels = np.array(["no"] * 95 + ["yes"] * 5)
        >>> rows = np.arange(100).astype(str)
        >>> dataset = Dataset("text", rows, rows.astype(object), labels, rows.astype(object))
        >>> for finding in LabelBalance()(dataset):
        ...     print(finding.severity, "-", finding.message)
        note - all: no 95 (95.0%), yes 5 (5.0%).
        warning - 95.0% of the examples are no: answering no every time is right as often.
        warning - Classes with fewer than 10 examples to learn from: yes (5).
    """

    most_frequent: float = 0.8
    fewest: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.most_frequent <= 1:
            raise UserError(
                "Expected `most_frequent` in (0, 1]. Received: "
                f"most_frequent={self.most_frequent!r}."
            )

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns the counts of every part as a note, and warnings."""
        parts = {"all": dataset}
        if split is not None:
            part_of = repeats.part_of_rows(dataset, split)
            parts = {part: dataset.take(np.flatnonzero(part_of == part)) for part in PARTS}
        told_by = {"numbers": _spread, "relevances": _lists, "spans": _answers}
        shares = told_by.get(dataset.label_kind, _shares)
        each = [
            message("{part}: {shares}", part=term(part), shares=shares(examples))
            for part, examples in parts.items()
        ]
        told, nothing = message("{parts}.", parts=joined(each, "; ")), message("Nothing to do.")
        if dataset.label_kind in told_by:
            return [_finding("note", told, nothing, len(dataset))]
        learnt = parts.get("train", dataset)
        names, counts = _counted(learnt)
        found = [_finding("note", told, nothing, len(dataset))]
        kind = _called(dataset)
        share = counts.max(initial=0) / max(counts.sum(), 1)
        single = dataset.label_kind == "classes"
        if single and len(names) > 1 and share > self.most_frequent:
            name = names[counts.argmax()]
            found.append(
                _finding(
                    "warning",
                    message(
                        "{share:.1%} of the examples are {name}: answering {name} every time is "
                        "right as often.",
                        share=share,
                        name=name,
                    ),
                    message(
                        "Look at balanced_accuracy, f1_score and average_precision, not at "
                        "accuracy."
                    ),
                    int(counts.max()),
                )
            )
        rare = np.flatnonzero(counts < self.fewest)
        if len(rare):
            listed = joined(f"{names[row]!s} ({counts[row]})" for row in rare[:10])
            if len(rare) > 10:
                listed = message("{shown} and {count} more", shown=listed, count=len(rare) - 10)
            found.append(
                _finding(
                    "warning",
                    message(
                        "{kind} with fewer than {fewest} examples to learn from: {listed}.",
                        kind=term(kind.capitalize()),
                        fewest=self.fewest,
                        listed=listed,
                    ),
                    message("Add examples, or merge or drop these {kind}.", kind=term(kind)),
                    int(counts[rare].sum()),
                )
            )
        return found


def _counted(examples: Dataset) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Returns classes (or labels, or tags) and how many examples have each."""
    if examples.label_kind == "classes":
        return np.unique(examples.labels, return_counts=True)
    sets = label_sets(examples.labels) if examples.label_kind == "boxes" else examples.labels
    names = Counter(name for each in sets for name in set(each))
    order = sorted(names)
    return np.array(order, np.str_), np.array([names[name] for name in order], "int64")


def _spread(examples: Dataset) -> str:
    """Returns mean, standard deviation and range of each target."""
    values = np.array(examples.labels.tolist(), "float64").reshape(len(examples), -1)
    if not len(values):
        return message("no examples")
    names = examples.label_names if values.shape[1] > 1 else ("",)
    return joined(
        message(
            "{name}{mean:.4g} ± {deviation:.3g} ({low:.4g} to {high:.4g})",
            name=f"{name} " if name else "",
            mean=each.mean(),
            deviation=each.std(),
            low=each.min(),
            high=each.max(),
        )
        for name, each in zip(names or [""] * len(values.T), values.T, strict=True)
    )


def _lists(examples: Dataset) -> str:
    relevant = [sum(value > 0 for value in each) for each in examples.labels]
    return counted(
        "{count:,} query, {documents:,} documents ({relevant:,} relevant), queries without a "
        "relevant one: {none:,}",
        "{count:,} queries, {documents:,} documents ({relevant:,} relevant), queries without a "
        "relevant one: {none:,}",
        count=len(examples),
        documents=sum(map(len, examples.labels)),
        relevant=sum(relevant),
        none=relevant.count(0),
    )


def _called(examples: Dataset) -> str:
    return "classes" if examples.label_kind == "masks" else examples.label_kind


def _answers(examples: Dataset) -> str:
    return message(
        "{questions:,} questions about {contexts:,} texts, {none:,} of them without an answer",
        questions=len(examples),
        contexts=len({context for _, context in examples.inputs}),
        none=sum(not golds for golds in examples.labels),
    )


def _shares(examples: Dataset) -> str:
    names, counts = _counted(examples)
    order = np.argsort(-counts, kind="stable")
    listed = [
        f"{names[row]!s} {counts[row]:,} ({counts[row] / len(examples):.1%})" for row in order
    ]
    kind = term(_called(examples))
    more = [message("and {count} more {kind}", count=len(listed) - 10, kind=kind)]
    return joined([*listed[:10], *(more if len(listed) > 10 else [])])


def _finding(severity: str, told: str, action: str, count: int) -> Finding:
    return Finding("label_balance", severity, told, action, count)
