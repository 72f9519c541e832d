"""What a linear model on the features answers for examples it was not fitted on."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from ftkeras.errors import UserError
from ftkeras.transferability import _linear_answers
from ftkeras.transferability._score import Transferability, of_mean
from ftkeras.transferability._targets import Targets, of_r2, of_ranking, read

_SCORES = {
    "log_loss": ("classes", "labels"),
    "accuracy": ("classes",),
    "ranking_precision": ("labels",),
    "r2": ("numbers",),
}


@dataclass(frozen=True)
class LinearProbe(Transferability):
    """A cross-validated score of logistic regression, or for numbers of ridge regression.

    Features are standardised inside each fold. The strength of the L2 penalty in a fold is the one
    with the least loss (log loss, or squared error of numbers) on the *other* folds, so that no
    example chooses the model that answers it. Of classes there are at most as many folds, which are
    stratified, as the rarest class has examples; each of several labels has a regression of its
    own, and one strength for all of them.

    Log loss (of labels a mean over them): lower is better; at least 0. Accuracy and the label
    ranking average precision of labels: higher is better; from 0 to 1. R² (a mean over targets):
    higher is better; at most 1.

    Args:
        score: `log_loss`, `accuracy`, `ranking_precision` or `r2`.
        folds: Number of folds.
        seed: Seed of the folds.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> labels = np.arange(60) % 2
        >>> LinearProbe("accuracy")(labels[:, None] + 0.1 * rng.normal(size=(60, 3)), labels)
        1.0
    """

    score: str = "log_loss"
    folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if self.score not in _SCORES:
            raise UserError(f"Expected `score`: {', '.join(_SCORES)}. Received: {self.score!r}.")
        if not isinstance(self.folds, int) or self.folds < 2:
            raise UserError(f"Expected `folds` >= 2. Received: folds={self.folds!r}.")

    @property
    def direction(self) -> str:
        """`"min"` for log loss, `"max"` for all others."""
        return "min" if self.score == "log_loss" else "max"

    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences, with the fitted models held as they are."""
        return self.of(self.answers(features, labels), labels)

    def of(self, answers: NDArray[np.float64], labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns score and influences of what `answers` gave.

        Raises:
            UserError: The score is for another kind of labels.
        """
        _, targets = read(np.zeros((len(answers), 1)), labels)
        if targets.kind not in _SCORES[self.score]:
            raise UserError(
                f"Expected {' or '.join(_SCORES[self.score])} for score={self.score}. Received: "
                f"{targets.kind}."
            )
        if self.score == "accuracy":
            return of_mean(answers.argmax(axis=1) == targets.codes)
        if self.score == "ranking_precision":
            return of_ranking(targets.table, answers)
        if self.score == "r2":
            return of_r2(targets.table, answers)
        return of_mean(_linear_answers.losses(targets, answers))

    def answers(self, features: Any, labels: Any) -> NDArray[np.float64]:
        """Returns `(examples, outputs)`: answers of models fitted on the other folds.

        Probabilities of the classes, or of each label, that some examples have and others do not;
        numbers less their mean, in their standard deviations.

        Raises:
            UserError: A class has one example only, or there are fewer examples than folds.
        """
        x, targets = read(features, labels)
        fold, said = np.empty(len(x), "int64"), []
        # One thread: small products only lose by more.
        with warnings.catch_warnings(), threadpool_limits(limits=1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            for number, (fitted, held_out) in enumerate(self._cut(targets)):
                fold[held_out] = number
                said.append((held_out, _linear_answers.answers(targets, x, fitted, held_out)))
        everything = np.empty((len(said[0][1]), len(x), said[0][1].shape[-1]))
        for held_out, answered in said:
            everything[:, held_out] = answered
        losses = _linear_answers.losses(targets, everything)
        found = np.empty(everything.shape[1:])
        for number in range(fold.max() + 1):
            best = int(losses[:, fold != number].mean(axis=1).argmin())
            found[fold == number] = everything[best, fold == number]
        return found

    def _cut(self, targets: Targets) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Returns the rows that are fitted on, and those that are held out, of each fold."""
        if targets.kind != "classes":
            if len(targets.table) < 2 * self.folds:
                raise UserError(
                    f"Expected at least 2 x folds={self.folds} examples. Received: "
                    f"{len(targets.table)}."
                )
            plain = KFold(self.folds, shuffle=True, random_state=self.seed)
            return list(plain.split(targets.table))
        counts = np.bincount(targets.codes)
        if counts.min() < 2:
            raise UserError(
                "Expected two examples of every class or more. Received: a class with one. Leave "
                "the class out, or label more of it."
            )
        folds = min(self.folds, int(counts.min()))
        cut = StratifiedKFold(folds, shuffle=True, random_state=self.seed)
        return list(cut.split(targets.codes, targets.codes))
