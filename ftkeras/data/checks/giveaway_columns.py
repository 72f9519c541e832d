"""A further column that alone tells the label."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.finding import Finding
from ftkeras.contracts.split import Split
from ftkeras.errors import UserError
from ftkeras.message import Message, joined, message

_FOLDS = 5

LARGEST = 100_000
"""Of more examples a sample is looked at; see `run_checks`."""


@dataclass(frozen=True)
class GiveawayColumns:
    """Finds columns from which a small decision tree reads the label.

    Such a column holds the answer in another form (a rating beside the sentiment made from it),
    or the file is sorted by class and the column is a running number. Further columns are no
    inputs of the model, they cut slices; but then the slices are the classes. The tree has four
    levels and is judged by balanced accuracy on folds it was not fitted on. Of numbers it is the
    share of their spread that the tree explains; columns beside several labels are not looked at.

    Args:
        threshold: Balanced accuracy (or share) from which a column counts as giving the label away.

    Example:
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> labels = ["good" if row % 2 else "bad" for row in range(40)]
        >>> stars = [4 + row % 3 % 2 if row % 2 else 1 + row % 3 % 2 for row in range(40)]
        >>> dataset = from_arrays([f"text {row}" for row in range(40)], labels, {"stars": stars})
        >>> GiveawayColumns()(dataset)[0].message
        'The label can be read from stars (balanced accuracy 100.0%).'
    """

    threshold: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise UserError(
                f"Expected `threshold` in (0, 1]. Received: threshold={self.threshold!r}."
            )

    def __call__(self, dataset: Dataset, split: Split | None = None) -> list[Finding]:
        """Returns at most one warning; the split makes no difference."""
        if dataset.label_kind == "numbers":
            return self._of_numbers(dataset)
        if dataset.label_kind != "classes":
            return []
        _, labels, counts = np.unique(dataset.labels, return_inverse=True, return_counts=True)
        kept = np.isin(labels, np.flatnonzero(counts >= _FOLDS))
        if len(np.unique(labels[kept])) < 2:
            return []
        found = []
        for name, values in dataset.columns.items():
            accuracy = _readable(values[kept], labels[kept])
            if accuracy >= self.threshold:
                found.append(
                    message(
                        "{name} (balanced accuracy {accuracy:.1%})", name=name, accuracy=accuracy
                    )
                )
        return _told(found, int(kept.sum()))

    def _of_numbers(self, dataset: Dataset) -> list[Finding]:
        numbers = np.array(dataset.labels.tolist(), "float64").reshape(len(dataset), -1)
        if len(dataset) < 2 * _FOLDS or not (numbers.std(axis=0) > 0).all():
            return []
        found = []
        for name, values in dataset.columns.items():
            share = _explained(values, (numbers - numbers.mean(axis=0)) / numbers.std(axis=0))
            if share >= self.threshold:
                found.append(
                    message("{name} ({share:.1%} of its spread explained)", name=name, share=share)
                )
        return _told(found, len(dataset))


def _told(found: list[Message], count: int) -> list[Finding]:
    if not found:
        return []
    told = message("The label can be read from {columns}.", columns=joined(found))
    action = message(
        "Do not use it as an input or a slice, and ask whether the label is worth learning."
    )
    return [Finding("giveaway_columns", "warning", told, action, count)]


def _readable(values: NDArray[np.generic], labels: NDArray[np.int64]) -> float:
    """Returns the balanced accuracy of a tree that sees this column alone, on unseen folds."""
    column: Any = values[:, None]
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    tree = DecisionTreeClassifier(max_depth=4, class_weight="balanced", random_state=0)
    model: Any = tree
    if not np.issubdtype(values.dtype, np.number):
        column = np.array([str(value) for value in values], dtype=object)[:, None]
        # Values to class frequencies, each fold's from the others, so that rare ones say little.
        model = make_pipeline(TargetEncoder(cv=folds), tree)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class", module="sklearn")
        guessed = cross_val_predict(model, column, labels, cv=folds)
    return float(balanced_accuracy_score(labels, guessed))


def _explained(values: NDArray[np.generic], numbers: NDArray[np.float64]) -> float:
    """Returns the least share of a target's spread that a tree of this column alone explains."""
    if not np.issubdtype(values.dtype, np.number):
        _, values = np.unique([str(value) for value in values], return_inverse=True)
    column = np.nan_to_num(values.astype("float64"), nan=-1.0)[:, None]
    folds = KFold(_FOLDS, shuffle=True, random_state=0)
    tree = DecisionTreeRegressor(max_depth=8, min_samples_leaf=2, random_state=0)
    guessed = cross_val_predict(tree, column, numbers, cv=folds).reshape(numbers.shape)
    return float(r2_score(numbers, guessed, multioutput="raw_values").min())
