"""From one value a class to one number: the averages that precision, recall and F-scores share."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import indicator, ratio, share
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.inputs.classification import Classification

AVERAGES = ("binary", "macro", "micro", "weighted")


def check_average(average: str | None, class_index: int | None, num_classes: int) -> None:
    """Raises `UserError` unless average and class index fit each other and the classes."""
    if average is not None and average not in AVERAGES:
        raise UserError(
            f"Expected `average` to be one of {', '.join(AVERAGES)} (or None: binary with two "
            f"classes, macro with more). Received: average={average!r}."
        )
    if average == "binary" and num_classes > 2:
        raise UserError(
            "Expected average='macro', 'micro' or 'weighted' with more than two classes. Received: "
            f"average='binary', num_classes={num_classes}."
        )
    if class_index is None:
        return
    if average is not None or class_index not in range(num_classes):
        raise UserError(
            f"Expected `class_index` in [0, {num_classes}) and no `average` beside it. Received: "
            f"class_index={class_index!r}, average={average!r}."
        )


def check_class_index(class_index: int | None, num_classes: int) -> None:
    """Raises `UserError` unless a class index, where given, is one of the classes."""
    if class_index is not None and class_index not in range(num_classes):
        raise UserError(
            f"Expected `class_index` in [0, {num_classes}). Received: class_index={class_index!r}."
        )


def check_absent(absent: str) -> None:
    """Raises `UserError` unless `absent` is a known policy."""
    if absent not in ("skip", "zero"):
        raise UserError(
            "Expected `absent` to be 'skip' (leave classes out that are neither true nor predicted)"
            f" or 'zero' (count them as 0). Received: absent={absent!r}."
        )


@dataclass(frozen=True)
class ClassAverage(Score):
    """A ratio for each class, over its hits, its true and its predicted units, then averaged.

    Args:
        num_classes: Number of classes; 2 is binary.
        average: `"binary"` (class 1 alone), `"macro"` (mean over classes), `"weighted"` (mean
            weighted by true units), `"micro"` (units of all classes together); `None` means binary
            with two classes and macro with more.
        class_index: The one class to score, instead of an average.
        absent: What macro does with classes that are neither true nor predicted: `"skip"` leaves
            them out, as scikit-learn does by default; `"zero"` counts them as 0.
        threshold: Probability above which the answer is class 1; binary only.
    """

    direction: ClassVar[str] = "max"
    has_trials: ClassVar[bool] = True
    """Whether `parts` are successes out of a number of trials."""

    num_classes: int = 2
    average: str | None = None
    class_index: int | None = None
    absent: str = "skip"
    threshold: float = 0.5

    def __post_init__(self) -> None:
        check_average(self.average, self.class_index, self.num_classes)
        check_absent(self.absent)

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ClassTallies:
        """How often each class was right, true and predicted."""
        return ClassTallies(self.num_classes, self.threshold)

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) whose ratio is the score of a class."""
        raise NotImplementedError

    @property
    def _one_class(self) -> int | None:
        if self.class_index is not None:
            return self.class_index
        is_binary = self.average == "binary" or (self.average is None and self.num_classes == 2)
        return 1 if is_binary else None

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the average; see `Score.formula`."""
        pooled = self._pooled(counts, xp)
        if pooled is not None:
            return share(*pooled)
        right, true, predicted = (counts[..., row, :] for row in range(3))
        values = ratio(*self.parts(right, true, predicted), xp=xp, otherwise=0.0)
        if self.average == "weighted":
            weights = true
        elif self.absent == "skip":
            weights = indicator(true + predicted > 0, true, xp)
        else:
            # Nothing counted stays undefined.
            weights = indicator(xp.sum(true, axis=-1, keepdims=True) > 0, true, xp)
            weights = weights + 0 * true
        return share(xp.sum(weights * values, axis=-1), xp.sum(weights, axis=-1))

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        """Returns the two sides of the ratio when it is of one class or over all units."""
        return self._pooled(counts, xp) if self.has_trials else None

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        """Returns the two sides of the ratio, whether or not they are trials."""
        return self._pooled(counts, xp)

    def _pooled(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        rows = [counts[..., row, :] for row in range(3)]
        if self._one_class is not None:
            return self.parts(*(row[..., self._one_class] for row in rows))
        if self.average == "micro":
            return self.parts(*(xp.sum(row, axis=-1) for row in rows))
        return None
