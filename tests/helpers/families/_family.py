"""What a family of metrics tells the checker: its cases, and what is the same, wrong or perfect."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Case:
    """Units: one row of labels and of predictions each, in whatever shape the family has."""

    y_true: np.ndarray
    predictions: np.ndarray
    weights: np.ndarray | None = None

    def take(self, rows):
        weights = None if self.weights is None else self.weights[rows]
        return replace(
            self, y_true=self.y_true[rows], predictions=self.predictions[rows], weights=weights
        )

    def __len__(self):
        return len(self.y_true)


class Family(ABC):
    """A kind of answer; a file in this folder lists those to check in `FAMILIES`."""

    inputs = ""
    """Name of the class of a score's inputs that belongs to this family."""

    is_compiled = True
    """Whether it is counted inside a compiled step (else on the host)."""

    is_compiled_together = False
    """Whether all its metrics are checked in one compiled step, which `test_families.py` does."""

    sizes: dict
    """Arguments that give the size of an answer, such as `num_classes`."""

    @abstractmethod
    def usual_cases(self):
        """The cases on which every metric is compared with its reference."""

    @abstractmethod
    def one(self, seed=11, size=257, weighted=False):
        """A plain case."""

    @abstractmethod
    def perfect(self, one):
        """Predictions that are right."""

    @abstractmethod
    def wrong(self, one):
        """Predictions that are worse than those of the case."""

    @abstractmethod
    def unknown(self, labels):
        """Labels of one unit that do not exist, each made from those of a good one."""

    def spoiled(self, predictions, bad):
        """Predictions of one unit that hold `bad`, made from good ones."""
        return np.full_like(predictions, bad)

    def same(self, one, weights):
        """Name -> labels, predictions, weights in other shapes that must count the same."""
        return {"column of weights": (one.y_true, one.predictions, weights[:, None])}

    def positions(self, one):  # noqa: B027 - not every family has sequences
        """(labels, predictions) as sequences of four units, `None` if there is no such shape."""

    def __str__(self):
        return " ".join([self.inputs.lower(), *map(str, self.sizes.values())])


def drawn_weights(rng, size, weighted):
    """Weights of a case: some absent, some not of one unit."""
    return rng.choice([0.0, 0.5, 1.0, 3.25], size).astype("float32") if weighted else None
