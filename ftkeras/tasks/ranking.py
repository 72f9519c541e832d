"""The documents of a query, the most relevant first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.task import Labels
from ftkeras.errors import UserError
from ftkeras.tasks import _wrong_labels

_METRICS: tuple[str, ...] = (
    "normalized_discounted_cumulative_gain",
    "normalized_discounted_cumulative_gain(k=10)",
    "mean_reciprocal_rank",
    "mean_average_precision",
)
_SCORES: tuple[str, ...] = (
    "normalized_discounted_cumulative_gain(k=10)",
    "normalized_discounted_cumulative_gain",
    "mean_reciprocal_rank",
    "mean_average_precision",
    "precision_at_k(k=1)",
    "hit_rate_at_k(k=3)",
)
HEAD = "token_level"
"""The head of a run that names none: one that answers for each document."""

_PADDING = -1.0


@dataclass(frozen=True)
class Ranking:
    """Scores documents so that, of each query, the more relevant come first.

    A row of the data is a document; all rows of a query are one example, and the query is the unit
    that is split, counted and resampled. Labels are grades of relevance: 0 for none, larger for
    more.

    Args:
        query: The column that says which query a row belongs to. `None` takes the first text of
            each pair.

    Example:
        >>> task = Ranking()
        >>> lists = np.array([("2", "0"), ("1", "0", "0")], dtype=object)
        >>> task.encode(lists, task.fit_labels(lists)).tolist()
        [[2.0, 0.0, -1.0], [1.0, 0.0, 0.0]]
    """

    query: str | None = None

    name = "ranking"
    kind = "relevances"
    loss = "MeanSquaredError"  # only the name of a Keras loss; training takes list_cross_entropy
    monitor = "normalized_discounted_cumulative_gain"
    metrics = _METRICS
    scores = _SCORES

    def read(self, labels: NDArray[Any], locations: Sequence[Any] | None = None) -> NDArray[Any]:
        """Returns `(queries,)` tuples of relevances, one a document; see `contracts.task`.

        Raises:
            UserError: A label is no number from 0 up.
        """
        rows = np.empty(len(labels), object)
        wrong: list[tuple[int, str]] = []
        for row, label in enumerate(labels):
            values = label if isinstance(label, tuple | list) else (label,)
            rows[row] = tuple(_relevance(value) for value in values)
            if any(math.isnan(value) for value in rows[row]):
                wrong.append((row, str(label)))
        if wrong:
            shown = _wrong_labels.named(wrong, locations)
            raise UserError(
                "Expected relevances for task=ranking: numbers, 0 for none and larger for more. "
                f"Received: {shown}. Correct these labels."
            )
        return rows

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns the one thing there is to answer.

        Raises:
            UserError: In no list is one document more relevant than another.
        """
        if not any(len(set(row)) > 1 for row in self.read(labels)):
            raise UserError(
                "Expected queries in the training part with documents of which one is more "
                f"relevant than another. Received: {len(labels)} queries without. Give each query "
                "several rows, some relevant and some not."
            )
        return Labels(("relevance",))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.float64]:
        """Returns `(queries, longest list)` float64 relevances, -1 where a list is shorter."""
        rows = self.read(labels)
        encoded = np.full((len(rows), max(map(len, rows), default=0)), _PADDING)
        for row, values in enumerate(rows):
            encoded[row, : len(values)] = values
        return encoded

    def num_outputs(self, num_classes: int) -> int:
        """Returns 1, the score of each document."""
        return 1

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns the scores themselves: they have no probabilities."""
        return self.predict_label(logits)

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(queries, longest list)` float64 scores, larger first."""
        scores = np.asarray(logits, "float64")
        return scores[..., 0] if scores.ndim == 3 else scores


def _relevance(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if number >= 0 and math.isfinite(number) else math.nan
