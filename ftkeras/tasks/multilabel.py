"""Any number of labels at once: a logit for each, its own log-odds."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ftkeras.contracts.task import Labels, Locations, class_name
from ftkeras.errors import UserError
from ftkeras.tasks import _class_names, _several

_METRICS: tuple[str, ...] = (
    "label_ranking_average_precision",
    "multilabel_f1_score",
    "multilabel_f1_score(average='micro')",
    "hamming_loss",
    "exact_match_ratio",
    "multilabel_area_under_roc_curve(absent='skip')",
    "multilabel_log_loss",
)
_SCORES: tuple[str, ...] = (
    "label_ranking_average_precision",
    "multilabel_f1_score(average='micro')",
    "multilabel_f1_score",
    "multilabel_precision(average='micro')",
    "multilabel_recall(average='micro')",
    "exact_match_ratio",
    "hamming_loss",
    "multilabel_area_under_roc_curve(absent='skip')",
    "multilabel_log_loss",
)
_SIGNS = "|,;/+"


@dataclass(frozen=True)
class Multilabel:
    """Says of each label whether it holds; any number of them can hold at once.

    A cell of a table names them with a separator between them (`comedy|drama`); JSON lines and
    Parquet may also hold lists. Labels are in the order of their names: by value when all are
    numbers, else by the alphabet.

    Args:
        separator: What stands between two labels of a cell.
        nothing: What a cell says in which no label holds; `None` for no such word. An empty list
            says so too; an empty cell does not, for nobody knows whether it was forgotten.

    Example:
        >>> task = Multilabel()
        >>> cells = np.array(["drama|comedy", "drama", "crime|drama"])
        >>> vocabulary = task.fit_labels(cells)
        >>> vocabulary.class_names
        ('comedy', 'crime', 'drama')
        >>> task.encode(cells, vocabulary).tolist()
        [[1, 0, 1], [0, 0, 1], [0, 1, 1]]
    """

    separator: str = "|"
    nothing: str | None = None

    name = "multilabel"
    kind = "labels"
    loss = "BinaryCrossentropy(from_logits=True)"
    monitor = "multilabel_log_loss"
    metrics = _METRICS
    scores = _SCORES

    def __post_init__(self) -> None:
        if not isinstance(self.separator, str) or not self.separator.strip(" "):
            raise UserError(
                "Expected `separator` to be a sign, such as '|'. Received: "
                f"separator={self.separator!r}."
            )

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Returns `(examples,)` sorted tuples of distinct names; see `contracts.task`."""
        known: dict[Any, tuple[str, ...]] = {}
        rows = np.empty(len(labels), object)
        for row, label in enumerate(_several.rows(labels)):
            if label not in known:
                known[label] = self._names(label)
            rows[row] = known[label]
        return rows

    def _names(self, label: Any) -> tuple[str, ...]:
        if isinstance(label, tuple):
            return tuple(sorted({class_name(name) for name in label}))
        cell = class_name(label)
        if cell == self.nothing:
            return ()
        return tuple(sorted({name.strip() for name in cell.split(self.separator)} - {""}))

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns the names of the labels that occur, in order.

        Raises:
            UserError: There are fewer than two labels, or every example has exactly one.
        """
        rows = self.read(labels)
        names = sorted({name for row in rows for name in row})
        if len(names) > 1 and set(names) <= {"0", "1"}:
            raise UserError(
                "Expected names of labels for task=multilabel. Received: rows of 0 and 1. Name "
                "the labels that hold in each example: ['comedy', 'drama']."
            )
        if len(names) > 1 and any(len(row) != 1 for row in rows):
            return Labels(_class_names.in_order(np.array(names)))
        counts = Counter(name for row in rows for name in row)
        shown = ", ".join(f"{name} ({count})" for name, count in counts.most_common(5))
        signs = [s for s in _SIGNS if s != self.separator and sum(s in n for n in names) > 1]
        advice = (
            f"If {signs[0]!r} stands between labels, take task=multilabel(separator={signs[0]!r})."
            if signs
            else "Take task=binary or task=multiclass, or check the label column."
        )
        raise UserError(
            "Expected examples with several labels in the training part for task=multilabel. "
            f"Received: {shown or 'no labels'}, one an example. {advice}"
        )

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.int8]:
        """Returns `(examples, labels)` int8, 1 where a label holds; -1 rows have an unknown one."""
        index_of = {name: index for index, name in enumerate(vocabulary.class_names)}
        encoded = np.zeros((len(labels), len(index_of)), "int8")
        for row, names in enumerate(self.read(labels)):
            if all(name in index_of for name in names):
                encoded[row, [index_of[name] for name in names]] = 1
            else:
                encoded[row] = -1
        return encoded

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of labels."""
        return num_classes

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(examples, labels)` float64: 1 / (1 + exp(-logit)), each label by itself.

        Args:
            logits: `(examples, labels)`.
        """
        return np.asarray(expit(_rows(logits)))

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.int8]:
        """Returns `(examples, labels)`: 1 where the logit is above 0 (probability above 0.5)."""
        return (_rows(logits) > 0).astype("int8")


def _rows(logits: NDArray[Any]) -> NDArray[np.float64]:
    if logits.ndim != 2:
        raise ValueError(
            f"Expected `logits` of shape (examples, labels). Received: logits.shape={logits.shape}."
        )
    return logits.astype("float64")
