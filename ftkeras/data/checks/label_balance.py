"""How many examples each class has, part by part."""

from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import PARTS, Split
from ftkeras.data import repeats
from ftkeras.errors import UserError


@dataclass(frozen=True)
class LabelBalance:
    """Counts classes, and warns of what makes accuracy misleading or a class unlearnable.

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
        told = "; ".join(f"{part}: {_shares(examples)}" for part, examples in parts.items())
        learnt = parts.get("train", dataset)
        names, counts = np.unique(learnt.labels, return_counts=True)
        found = [_finding("note", f"{told}.", "Nothing to do.", len(dataset))]
        share = counts.max() / counts.sum()
        if len(names) > 1 and share > self.most_frequent:
            name = names[counts.argmax()]
            found.append(
                _finding(
                    "warning",
                    f"{share:.1%} of the examples are {name!s}: answering {name!s} every time is "
                    "right as often.",
                    "Look at balanced_accuracy, f1_score and average_precision, not at accuracy.",
                    int(counts.max()),
                )
            )
        rare = np.flatnonzero(counts < self.fewest)
        if len(rare):
            listed = ", ".join(f"{names[row]!s} ({counts[row]})" for row in rare[:10])
            more = f" and {len(rare) - 10} more" if len(rare) > 10 else ""
            found.append(
                _finding(
                    "warning",
                    f"Classes with fewer than {self.fewest} examples to learn from: "
                    f"{listed}{more}.",
                    "Add examples, or merge or drop these classes.",
                    int(counts[rare].sum()),
                )
            )
        return found


def _shares(examples: Dataset) -> str:
    names, counts = np.unique(examples.labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    listed = [
        f"{names[row]!s} {counts[row]:,} ({counts[row] / len(examples):.1%})" for row in order
    ]
    more = [f"and {len(listed) - 10} more classes"] if len(listed) > 10 else []
    return ", ".join([*listed[:10], *more])


def _finding(severity: str, message: str, action: str, count: int) -> Finding:
    return Finding("label_balance", severity, message, action, count)
