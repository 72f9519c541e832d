"""What a linear model on the features answers for examples it was not fitted on."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from ftkeras.errors import UserError
from ftkeras.transferability._score import Transferability, checked, of_mean

# Inverse strengths of the L2 penalty, as scikit-learn counts them, on standardised features.
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_SCORES = ("log_loss", "accuracy")


@dataclass(frozen=True)
class LinearProbe(Transferability):
    """Cross-validated log loss, or accuracy, of logistic regression with an L2 penalty.

    Features are standardised inside each fold. The strength of a fold is the one with the least
    log loss on the *other* folds, so that no example chooses the model that answers it. There are
    at most as many folds as the rarest class has examples.

    Log loss: lower is better; at least 0. Accuracy: higher is better; from 0 to 1.

    Args:
        score: `log_loss` or `accuracy`.
        folds: Number of stratified folds.
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
        """`"min"` for log loss, `"max"` for accuracy."""
        return "min" if self.score == "log_loss" else "max"

    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences, with the fitted models held as they are."""
        return self.of(self.probabilities(features, labels), labels)

    def of(
        self, probabilities: NDArray[np.float64], labels: Any
    ) -> tuple[float, NDArray[np.float64]]:
        """Returns score and influences of answers that `probabilities` gave."""
        y = np.unique(np.asarray(labels), return_inverse=True)[1]
        if self.score == "accuracy":
            return of_mean(probabilities.argmax(axis=1) == y)
        true = probabilities[np.arange(len(y)), y]
        return of_mean(-np.log(np.maximum(true, np.finfo(float).tiny)))

    def probabilities(self, features: Any, labels: Any) -> NDArray[np.float64]:
        """Returns `(examples, classes that occur)`: answers of models fitted on the other folds.

        Raises:
            UserError: A class has one example only.
        """
        x, y = checked(features, labels)
        counts = np.unique(y, return_counts=True)[1]
        if counts.min() < 2:
            raise UserError(
                "Expected two examples of every class or more. Received: a class with one. Leave "
                "the class out, or label more of it."
            )
        codes = np.unique(y, return_inverse=True)[1]
        cut = StratifiedKFold(min(self.folds, counts.min()), shuffle=True, random_state=self.seed)
        fold = np.empty(len(y), "int64")
        answers = np.empty((len(STRENGTHS), len(y), len(counts)))
        # One thread: small products only lose by more.
        with warnings.catch_warnings(), threadpool_limits(limits=1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            for number, (fitted, held_out) in enumerate(cut.split(x, codes)):
                fold[held_out] = number
                answers[:, held_out] = _answers(x[fitted], codes[fitted], x[held_out])
        true = answers[:, np.arange(len(y)), codes]
        losses = -np.log(np.maximum(true, np.finfo(float).tiny))
        found = np.empty(answers.shape[1:])
        for number in range(fold.max() + 1):
            best = int(losses[:, fold != number].mean(axis=1).argmin())
            found[fold == number] = answers[best, fold == number]
        return found


def _answers(
    x: NDArray[np.float64], y: NDArray[np.int64], unseen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns `(strengths, unseen, classes)`; each fit begins where the last one ended."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 1e-12 * np.maximum(np.abs(mean), 1e-300), spread, 1.0)
    model = LogisticRegression(warm_start=True, max_iter=500, tol=1e-3)
    found = []
    for strength in STRENGTHS:
        model.set_params(C=strength).fit((x - mean) / spread, y)
        found.append(model.predict_proba((unseen - mean) / spread))
    return np.stack(found)
