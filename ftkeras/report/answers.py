"""What a model answered on one part, decoded: probabilities, decisions, losses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.calibration import Calibrator
from ftkeras.records.predictions import Predictions


@dataclass(frozen=True)
class Answers:
    """Decoded predictions of one part.

    Args:
        labels: `(examples,)` true class indices.
        probabilities: `(examples, classes)`.
        predicted: `(examples,)` the most probable class.
        losses: `(examples,)` negative log likelihood of the true class.
        class_names: Class names in the order of the indices.
        previews: `(examples,)` what a person sees of each input, or `None`.
        ids: `(examples,)` example ids.
        scored: Whether the probabilities mean anything; if not, only decisions do.

    Example:
        >>> answers = decode(Predictions(
        ...     ids=np.array(["a", "b"]), labels=np.array([0, 1]),
        ...     logits=np.array([[0.0], [2.0]], "float32"), splits=np.array(["test", "test"]),
        ...     task="binary", class_names=("no", "yes")))
        >>> answers.probabilities.round(3).tolist(), answers.predicted.tolist()
        ([[0.5, 0.5], [0.119, 0.881]], [0, 1])
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    predicted: NDArray[np.int64]
    losses: NDArray[np.float64]
    class_names: tuple[str, ...]
    previews: NDArray[np.object_] | None
    ids: NDArray[np.str_]
    scored: bool = True

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def binary(self) -> bool:
        """Says whether one class is the positive one and the other its absence."""
        return len(self.class_names) == 2

    @property
    def confidence(self) -> NDArray[np.float64]:
        """`(examples,)` probability of the predicted class."""
        return self.probabilities.max(axis=1)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """`(examples,)` whether the predicted class is the true one."""
        return self.predicted == self.labels


def decode(predictions: Predictions, calibrator: Calibrator | None = None) -> Answers:
    """Decodes logits by the rules of the task that made them.

    Args:
        predictions: One part.
        calibrator: What turns logits into probabilities instead of the task; what is answered
            stays the same.
    """
    task = catalog.build("tasks", Call(predictions.task))
    probabilities = (calibrator or task.probabilities)(predictions.logits)
    true = probabilities[np.arange(len(predictions)), predictions.labels]
    return Answers(
        labels=predictions.labels,
        probabilities=probabilities,
        predicted=task.predict_label(predictions.logits),
        losses=-np.log(np.maximum(true, np.finfo(np.float64).tiny)),
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )
