"""LEEP: how well the answers of the pretrained classifier, taken as they are, tell the labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.transferability._score import Transferability, checked, of_mean, one_hot


@dataclass(frozen=True)
class Leep(Transferability):
    """Log expected empirical prediction: mean log likelihood of the labels given source answers.

    With source probabilities q_i(z) of the classes z the network was trained on,
    P(y, z) = 1/n sum over i with label y of q_i(z), and

        LEEP = 1/n sum over i of log sum over z of P(y_i | z) q_i(z)

    Higher is better; at most 0. It needs the classifier of the source task: features will not do.

    Example:
        >>> answers = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7]])
        >>> Leep()(answers, np.array([0, 0, 1, 1])) > Leep()(answers, np.array([0, 1, 0, 1]))
        True

    References:
        Nguyen, Hassner, Seeger and Archambeau, 2020, LEEP: A New Measure to Evaluate
        Transferability of Learned Representations, ICML.
    """

    direction = "max"

    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences, with P(y | z) held as it is.

        Args:
            features: `(examples, source classes)` probabilities; every row adds up to 1.
            labels: `(examples,)` class indices from 0.

        Raises:
            UserError: The rows are no probabilities.
        """
        answers, y = checked(features, labels)
        if (answers < 0).any() or np.abs(answers.sum(axis=1) - 1).max() > 1e-3:
            raise UserError(
                "Expected probabilities of the source classes: rows of numbers >= 0 that add up to "
                f"1. Received: sums from {answers.sum(axis=1).min():.4g} to "
                f"{answers.sum(axis=1).max():.4g}. Give softmax outputs, not features."
            )
        belongs = one_hot(y)
        joint = belongs.T @ answers / len(y)
        given = joint / np.maximum(joint.sum(axis=0), np.finfo(float).tiny)
        return of_mean(np.log(((belongs @ given) * answers).sum(axis=1)))
