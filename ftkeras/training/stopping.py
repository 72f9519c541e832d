"""Whether a stage of training brought more than the noise of the validation part."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.statistics import paired

_RESAMPLES = 2000


def _as_they_are(labels: Any, outputs: Any) -> tuple[Any, Any]:
    return labels, outputs


@dataclass(frozen=True)
class Look:
    """What was seen after a stage.

    Args:
        score: Name of the score.
        direction: `"min"` or `"max"`: which way is better.
        difference: Score after the stage minus score before it, on the same examples.
        low: Lower end of the 95% interval of the difference.
        high: Upper end.
        p_value: One-sided: probability of a gain at least this large if there were none, times
            `epochs`, at most 1.
        epochs: Candidates of which validation chose the one that is looked at.
        num_units: Validation examples.
        level: At most this much `p_value` means going on.
        goes_on: Whether the stage is kept and the next one tried.
        problem: Why nothing could be seen, in words; empty otherwise.
    """

    score: str
    direction: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float
    epochs: int
    num_units: int
    level: float
    goes_on: bool
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class StopWithoutGain:
    """Goes on only while validation shows a gain beyond noise.

    The model after a stage is compared with the one before it on the same validation examples
    (`statistics/paired.py`), one-sided. Two kinds of looking several times are accounted for.
    *Inside a stage* the best of its epochs is looked at, so its p-value is multiplied by their
    number (Bonferroni). *Over stages* nothing is to be added: they are looked at in a fixed order,
    and the first without a gain ends it, so that going on wrongly at all needs a wrong decision at
    the first stage that brought nothing. Its probability is at most `level`.

    What the stages start from was chosen on the same examples and so looks a little better there
    than it is; that makes later gains look smaller, never larger.

    Args:
        score: What to compare by.
        level: Probability of going on at most, where a stage brings nothing, in (0, 1).
        resamples: Random swaps of the test, where it has no closed form.
        read: (labels, outputs of a model) -> what the score compares.

    References:
        Maurer, Hothorn and Lehmacher, 1995 (tests in a fixed order); Holm, 1979.
    """

    score: Score
    level: float = 0.05
    resamples: int = _RESAMPLES
    read: Callable[[Any, Any], tuple[Any, Any]] = _as_they_are

    def __post_init__(self) -> None:
        if not isinstance(self.level, float) or not 0 < self.level < 1:
            raise UserError(f"Expected `level` to be in (0, 1). Received: level={self.level!r}.")

    def look(
        self,
        labels: NDArray[Any],
        after: NDArray[np.float32],
        before: NDArray[np.float32],
        *,
        epochs: int,
        seed: int,
    ) -> Look:
        """Compares the answers after a stage with those before it.

        Args:
            labels: `(examples,)` labels of validation.
            after: `(examples, outputs)` logits of the best epoch of the stage.
            before: Logits before the stage.
            epochs: Candidates of which this one is the best.
            seed: Seed of the random swaps.

        Example:
            >>> from ftkeras.scores.accuracy import Accuracy
            >>> labels, sign = np.arange(40) % 2, np.where(np.arange(40) % 2, 1.0, -1.0)
            >>> before = np.where(np.arange(40) < 10, -sign, sign)[:, None]
            >>> look = StopWithoutGain(Accuracy()).look(
            ...     labels, sign[:, None], before, epochs=3, seed=0
            ... )
            >>> look.difference, look.goes_on, round(look.p_value, 5)  # 3 times half of 2 / 2^10
            (0.25, True, 0.00293)
        """
        truths, answered = self.read(labels, after)
        try:
            found = paired.compare(
                self.score, truths, answered, self.read(labels, before)[1], other="before",
                resamples=self.resamples, seed=seed,
            )  # fmt: skip
        except UserError as error:
            return self._unseen(len(labels), epochs, str(error))
        upwards = found.difference if self.score.direction == "max" else -found.difference
        # Swaps are as likely either way, so half of the two-sided tail lies on each side.
        one_sided = found.p_value / 2 if upwards > 0 else 1 - found.p_value / 2
        p_value = min(1.0, epochs * one_sided)
        return Look(
            score=self.score.name,
            direction=self.score.direction,
            difference=found.difference,
            low=found.low,
            high=found.high,
            p_value=p_value,
            epochs=epochs,
            num_units=found.num_units,
            level=self.level,
            goes_on=upwards > 0 and p_value <= self.level,
        )

    def _unseen(self, num_units: int, epochs: int, problem: str) -> Look:
        return Look(
            score=self.score.name,
            direction=self.score.direction,
            difference=None,
            low=None,
            high=None,
            p_value=1.0,
            epochs=epochs,
            num_units=num_units,
            level=self.level,
            goes_on=False,
            problem=problem,
        )
