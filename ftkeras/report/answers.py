"""What a model answered on one part, decoded: probabilities, decisions, losses."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.calibration import Calibrator
from ftkeras.records.predictions import Predictions
from ftkeras.scores.counts.answer_values import AnswerValues
from ftkeras.scores.inputs.segmentation import Segmentation
from ftkeras.scores.normalized_discounted_cumulative_gain import (
    NormalizedDiscountedCumulativeGain,
)

_SAME_ORDER = 1e-9


@dataclass(frozen=True)
class Answers:
    """Decoded predictions of one part.

    Args:
        labels: `(examples,)` true class indices; or `(examples, labels)` of 0 and 1; or `(examples,
            targets)` numbers; or `(examples, longest)` relevances, -1 where a list is shorter, or
            tags, -1 where a text is.
        probabilities: `(examples, classes)` or `(examples, labels)`; the predicted numbers, or the
            scores of documents.
        predicted: What was answered, of the shape of `labels`.
        losses: `(examples,)` negative log likelihood of what is true, of all labels or words; for
            numbers the mean over targets of the error in standard deviations of what is true; of
            rankings 1 minus the normalized discounted cumulative gain of all documents, 0 where
            none is relevant; of masks 1 minus the mean over the classes of a picture of the
            intersection over union.
        class_names: Names of classes, labels or targets in the order of the indices.
        previews: `(examples,)` what a person sees of each input, or `None`.
        ids: `(examples,)` example ids.
        scored: Whether the probabilities mean anything; if not, only decisions do.
        kind: What was answered, of `contracts.task.KINDS`.

    Example:
        >>> answers = decode(Predictions(
        ...     ids=np.array(["a", "b"]), labels=np.array([0, 1]),
        ...     logits=np.array([[0.0], [2.0]], "float32"), splits=np.array(["test", "test"]),
        ...     task="binary", class_names=("no", "yes")))
        >>> answers.probabilities.round(3).tolist(), answers.predicted.tolist()
        ([[0.5, 0.5], [0.119, 0.881]], [0, 1])
    """

    labels: NDArray[Any]
    probabilities: NDArray[np.float64]
    predicted: NDArray[Any]
    losses: NDArray[np.float64]
    class_names: tuple[str, ...]
    previews: NDArray[np.object_] | None
    ids: NDArray[np.str_]
    scored: bool = True
    kind: str = "classes"

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def binary(self) -> bool:
        """Says whether one class is the positive one and the other its absence."""
        return self.kind == "classes" and len(self.class_names) == 2

    def holds(self, index: int) -> NDArray[np.bool_]:
        """Returns `(examples,)` whether this class, or this label, is true."""
        return _is(self.labels, index)

    def said(self, index: int) -> NDArray[np.bool_]:
        """Returns `(examples,)` whether this class, or this label, was answered."""
        return _is(self.predicted, index)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """`(examples,)` probability of the predicted class, or of all predicted labels together."""
        if self.kind == "labels":
            return np.asarray(np.maximum(self.probabilities, 1 - self.probabilities).prod(axis=1))
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def correct(self) -> NDArray[np.bool_]:
        """`(examples,)` whether the predicted class is the true one; all labels where several.

        Of a ranking: whether no other order would be better. Of a mask: whether every pixel is.
        Of a piece of text: whether its words are those of a gold answer.
        """
        if self.kind in ("relevances", "masks", "spans", "boxes"):
            return self.losses < _SAME_ORDER
        same: NDArray[np.bool_] = self.predicted == self.labels
        return np.asarray(same.reshape(len(self), -1).all(axis=1))


def decode(predictions: Predictions, calibrator: Calibrator | None = None) -> Answers:
    """Decodes logits by the rules of the task that made them.

    Args:
        predictions: One part.
        calibrator: What turns logits into probabilities instead of the task; what is answered
            stays the same.
    """
    task = catalog.build("tasks", Call(predictions.task))
    if task.kind == "masks":
        return _segmented(predictions)
    if task.kind == "spans":
        return _answered(predictions)
    if task.kind == "boxes":
        return _boxed(predictions)
    probabilities = (calibrator or task.probabilities)(predictions.logits)
    labels, predicted = predictions.labels, task.predict_label(predictions.logits)
    if task.kind == "relevances":
        return _ranked(predictions, predicted)
    if task.kind == "tags":
        return _tagged(predictions, probabilities, predicted)
    if task.kind == "numbers":
        labels, predicted = (each.reshape(len(predictions), -1) for each in (labels, predicted))
    return Answers(
        labels=labels,
        probabilities=probabilities,
        predicted=predicted,
        losses=_losses(task.kind, labels, probabilities.reshape(len(predictions), -1)),
        kind=task.kind,
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )


def _segmented(predictions: Predictions) -> Answers:
    task = catalog.build("tasks", Call(predictions.task))
    inputs = Segmentation(len(predictions.class_names))
    truths, answered = map(task.compared, (predictions.labels, predictions.answers))
    tallies = inputs.units(truths, answered, np).predictions
    right, true, said = tallies.reshape(len(predictions), 3, -1).swapaxes(0, 1)
    together = true + said - right
    overlaps = right / np.where(together > 0, together, 1)
    there = np.maximum((together > 0).sum(axis=1), 1)
    nothing = ~together.any(axis=1)
    return Answers(
        labels=predictions.labels,
        probabilities=np.zeros((len(predictions), 0)),
        predicted=np.asarray(predictions.answers),
        losses=np.where(nothing, 0.0, 1 - overlaps.sum(axis=1) / there),
        kind="masks",
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )


def _boxed(predictions: Predictions) -> Answers:
    """Boxes as they are: how many are right depends on which of them are shown."""
    nothing = np.zeros((len(predictions), 0))
    answered = np.empty(0, object) if predictions.answers is None else predictions.answers
    return Answers(
        labels=predictions.labels,
        probabilities=nothing,
        predicted=answered,
        losses=nothing.sum(axis=1),
        kind="boxes",
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )


def _answered(predictions: Predictions) -> Answers:
    task, score = catalog.build("tasks", Call(predictions.task)), AnswerValues()
    pairs = zip(*map(task.compared, (predictions.labels, predictions.answers)), strict=True)
    return Answers(
        labels=predictions.labels,
        probabilities=np.zeros((len(predictions), 0)),
        predicted=np.asarray(predictions.answers),
        losses=np.array([1 - score.values(*pair)[1] for pair in pairs], "float64"),
        kind="spans",
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )


def _ranked(predictions: Predictions, scores: NDArray[np.float64]) -> Answers:
    labels = predictions.labels
    gains = NormalizedDiscountedCumulativeGain()
    each = [
        gains(labels[row : row + 1], scores[row : row + 1]) if (labels[row] > 0).any() else 1.0
        for row in range(len(predictions))
    ]
    return Answers(
        labels=labels,
        probabilities=scores,
        predicted=scores,
        losses=1 - np.array(each, "float64"),
        kind="relevances",
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )


def _tagged(
    predictions: Predictions, probabilities: NDArray[np.float64], predicted: NDArray[Any]
) -> Answers:
    labels = predictions.labels
    there = labels >= 0
    places = np.where(there, labels, 0)[..., None]
    true = np.take_along_axis(probabilities, places, axis=-1)[..., 0]
    losses = -np.log(np.maximum(true, np.finfo(np.float64).tiny))
    return Answers(
        labels=labels,
        probabilities=probabilities,
        predicted=np.where(there, predicted, -1),
        losses=np.where(there, losses, 0.0).sum(axis=1),
        kind="tags",
        class_names=predictions.class_names,
        previews=predictions.previews,
        ids=predictions.ids,
        scored=predictions.scored,
    )


def _is(answers: NDArray[Any], index: int) -> NDArray[np.bool_]:
    return np.asarray(answers == index if answers.ndim == 1 else answers[:, index] == 1)


def _losses(
    kind: str, labels: NDArray[Any], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    if kind == "numbers":
        spread = labels.std(axis=0)
        errors = np.abs(labels - probabilities) / np.where(spread > 0, spread, 1)
        return np.asarray(errors.mean(axis=1))
    if kind == "labels":
        true = np.where(labels == 1, probabilities, 1 - probabilities)
        return np.asarray(-np.log(np.maximum(true, np.finfo(np.float64).tiny)).sum(axis=1))
    true = probabilities[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.maximum(true, np.finfo(np.float64).tiny)))
