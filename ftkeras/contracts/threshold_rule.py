"""How a threshold is chosen: what is counted at each candidate, and which candidate is taken."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Tallies:
    """What comes of flagging the examples above a threshold, one entry a candidate.

    Args:
        true_positives: `(..., candidates)` positives that are flagged.
        false_positives: `(..., candidates)` negatives that are flagged.
        positives: `(..., 1)` all positives.
        negatives: `(..., 1)` all negatives.

    Example:
        >>> tallies = Tallies(*(np.array([float(x)]) for x in (8, 2, 10, 30)))
        >>> tallies.precision.tolist(), tallies.recall.tolist(), tallies.f1.tolist()
        ([0.8], [0.8], [0.8])
    """

    true_positives: NDArray[np.float64]
    false_positives: NDArray[np.float64]
    positives: NDArray[np.float64]
    negatives: NDArray[np.float64]

    @property
    def flagged(self) -> NDArray[np.float64]:
        """Examples above the threshold."""
        return self.true_positives + self.false_positives

    @property
    def precision(self) -> NDArray[np.float64]:
        """True positives / flagged; NaN where nothing is flagged."""
        return _ratio(self.true_positives, self.flagged)

    @property
    def recall(self) -> NDArray[np.float64]:
        """True positives / positives; NaN without positives."""
        return _ratio(self.true_positives, self.positives)

    @property
    def false_positive_rate(self) -> NDArray[np.float64]:
        """False positives / negatives; NaN without negatives."""
        return _ratio(self.false_positives, self.negatives)

    @property
    def f1(self) -> NDArray[np.float64]:
        """2 true positives / (flagged + positives); NaN where both are none."""
        return _ratio(2 * self.true_positives, self.flagged + self.positives)


@dataclass(frozen=True)
class Candidates:
    """All thresholds that tell examples apart, from the one that flags none to that flagging most.

    An example is flagged when its probability is *above* the threshold. Candidates lie halfway
    between neighbouring probabilities.

    Args:
        thresholds: `(candidates,)` falling; candidate `k` flags the `k` highest groups.
        positives: `(groups,)` positives in each group of equal (or neighbouring) probabilities.
        negatives: `(groups,)` negatives in each group.

    Example:
        >>> found = Candidates.of(np.array([0, 1, 1]), np.array([0.2, 0.4, 0.8]))
        >>> found.thresholds.round(3).tolist()
        [0.9, 0.6, 0.3, 0.1]
        >>> found.tallies().true_positives.tolist()
        [0.0, 1.0, 2.0, 2.0]
    """

    thresholds: NDArray[np.float64]
    positives: NDArray[np.float64]
    negatives: NDArray[np.float64]

    @classmethod
    def of(
        cls, labels: NDArray[Any], probability: NDArray[Any], most: int | None = None
    ) -> "Candidates":
        """Returns the candidates of binary labels and probabilities of class 1.

        Args:
            labels: `(examples,)` 0 or 1.
            probability: `(examples,)` in [0, 1].
            most: Largest number of groups; `None` keeps every distinct probability apart.

        Raises:
            UserError: Labels or probabilities are none, or there are no examples.
        """
        labels, probability = _checked(labels, probability)
        levels, group = np.unique(probability, return_inverse=True)
        lowest = highest = levels
        if most is not None and len(levels) > most:
            edges = np.unique(np.quantile(probability, np.linspace(0, 1, most + 1)[1:-1]))
            coarse = np.unique(np.searchsorted(edges, levels), return_index=True)[1]
            group = np.searchsorted(coarse, group, side="right") - 1
            lowest = levels[coarse]
            highest = levels[np.append(coarse[1:], len(levels)) - 1]
        ends_low, ends_high = np.append(0.0, highest), np.append(lowest, 1.0)
        between = ends_low + (ends_high - ends_low) / 2
        thresholds = np.where(between >= ends_high, ends_low, between)[::-1]
        thresholds[0] = max(thresholds[0], highest[-1])
        positives, negatives = (
            np.bincount(group, labels == kind, len(lowest)).astype("float64")[::-1]
            for kind in (1, 0)
        )
        # Nothing is above a threshold of 0 that is itself 0: flagging all is then no candidate.
        kept = len(thresholds) - int(lowest[0] <= thresholds[-1])
        return cls(thresholds[:kept], positives, negatives)

    def tallies(self, weights: NDArray[np.float64] | None = None) -> Tallies:
        """Returns what comes of each candidate.

        Args:
            weights: `(..., 2, groups)` counts of positives and negatives in place of the own ones.
        """
        counts = np.stack([self.positives, self.negatives]) if weights is None else weights
        summed = np.cumsum(counts, axis=-1)
        flagged = np.concatenate([np.zeros((*summed.shape[:-1], 1)), summed], axis=-1)
        flagged = flagged[..., : len(self.thresholds)]
        return Tallies(
            flagged[..., 0, :], flagged[..., 1, :], summed[..., 0, -1:], summed[..., 1, -1:]
        )


class ThresholdRule(ABC):
    """One file in `thresholds/`: says which of all candidates is best, and what it is worth."""

    figure_name: ClassVar[str]
    """What is aimed at, in words: `F1`, `expected cost per example`."""

    direction: ClassVar[str]
    """`"max"` when a larger figure is better, `"min"` when a smaller one is."""

    @abstractmethod
    def figure(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns `(..., candidates)` what is aimed at, NaN where undefined."""

    @abstractmethod
    def preference(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns `(..., candidates)`: the largest is taken; NaN and -inf are never."""

    def place(self, tallies: Tallies) -> NDArray[np.int64]:
        """Returns `(...,)` the chosen candidate (of equals, the highest threshold), -1 for none."""
        preference = np.nan_to_num(self.preference(tallies), nan=-np.inf, neginf=-np.inf)
        best = preference.max(axis=-1, keepdims=True)
        # Candidates that are equal but for rounding are equal.
        place = (preference >= best - _ROUNDING).argmax(axis=-1)
        return np.where(np.isfinite(best[..., 0]), place, -1)

    def __call__(self, labels: NDArray[Any], positive_probability: NDArray[Any]) -> float:
        """Returns the threshold: examples with a probability above it are called positive.

        Args:
            labels: `(examples,)` 0 or 1, of the validation part.
            positive_probability: `(examples,)` probability of class 1.

        Raises:
            UserError: No threshold fulfils what the rule asks for.
        """
        candidates = Candidates.of(labels, positive_probability)
        tallies = candidates.tallies()
        place = int(self.place(tallies))
        if place < 0:
            raise UserError(
                f"Expected a threshold that fulfils {self}. Received: {len(labels)} examples, "
                f"{int(tallies.positives[0])} of them positive, on which none does. Ask for less, "
                "or give more examples."
            )
        return float(candidates.thresholds[place])


def _checked(labels: Any, probability: Any) -> tuple[NDArray[Any], NDArray[np.float64]]:
    labels, probability = np.asarray(labels), np.asarray(probability, "float64")
    if labels.ndim != 1 or labels.shape != probability.shape or not len(labels):
        raise UserError(
            "Expected one label and one probability an example. Received: "
            f"labels.shape={labels.shape}, probability.shape={probability.shape}."
        )
    if not np.isin(labels, (0, 1)).all():
        raise UserError(f"Expected labels 0 or 1. Received: labels {np.unique(labels)[:5]}.")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise UserError(
            "Expected probabilities from 0 to 1. Received: values from "
            f"{probability.min()} to {probability.max()}."
        )
    return labels, probability


def _ratio(over: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    over, under = np.broadcast_arrays(over, under)
    found = np.full(over.shape, np.nan)
    return np.divide(over, under, out=found, where=under > 0)
