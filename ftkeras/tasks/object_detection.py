"""Where things are in a picture, and what they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.anchors import Anchors
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import Labels, Locations
from ftkeras.errors import UserError
from ftkeras.picture_size import picture_size
from ftkeras.tasks import _box_answers, _box_labels, _box_targets, _box_validation, _class_names
from ftkeras.tasks._near_anchors import AnchorGrid, grid_of

HEAD = "retina_net"
"""The head of a run that names none: boxes and classes at every place of a pyramid."""

# Boxes are counted on the host, when an epoch ends: no compiled step can match them.
_METRICS: tuple[str, ...] = ()
_SCORES: tuple[str, ...] = (
    "coco_average_precision",
    "coco_average_precision(iou_threshold=0.5)",
    "coco_average_precision(iou_threshold=0.75)",
    "coco_average_recall",
)


@dataclass(frozen=True)
class ObjectDetection:
    """Draws a box around every object and names its class; a picture may hold none.

    Labels come from `--data=coco(...)`, `voc(...)`, or a column of boxes. Encoded labels and
    answers are dictionaries of lists, as Parquet holds them: `boxes` (left, top, right and bottom
    in pixels of the picture as it came), `labels` (class indices), `is_crowd` of labels and
    `scores` of answers, and `height` and `width` of what was answered.

    Anchors are given here, for what is learnt and what is read from the answers both stand on them.
    Objects should be about as large as anchors: level n has those of `anchor_size` 2^n pixels (of
    the network's pictures) and up to twice that.

    Args:
        lowest_level: The finest map of the pyramid: level 3 has a place every 8 pixels.
        highest_level: The coarsest one. Pictures of 128 pixels need none above 5.
        anchor_size: Side of the smallest anchor, in steps of its map.
        scales: Sizes of anchors between one level and the next.
        ratios: Heights over widths of anchors.
        least_score: Probability below which nothing is answered.
        overlap: Intersection over union above which the less probable of two boxes of a class is
            left out.
        most: Boxes that are answered for a picture, at most.

    Example:
        >>> from ftkeras.contracts.box import Box
        >>> task = ObjectDetection()
        >>> rows = np.empty(2, object)
        >>> rows[:] = [(Box("cat", 0, 0, 8, 4),), ()]
        >>> vocabulary = task.fit_labels(task.read(rows))
        >>> vocabulary.class_names, task.encode(rows, vocabulary)[0]["boxes"]
        (('cat',), [[0.0, 0.0, 8.0, 4.0]])

    References:
        Lin et al., 2017, ICCV (RetinaNet, focal loss).
    """

    lowest_level: int = 3
    highest_level: int = 7
    anchor_size: float = 4.0
    scales: int = 3
    ratios: Sequence[float] = (0.5, 1.0, 2.0)
    least_score: float = 0.05
    overlap: float = 0.5
    most: int = 100

    name = "object_detection"
    kind = "boxes"
    # Only the name of a Keras loss; training takes focal_boxes.
    loss = "BinaryFocalCrossentropy(from_logits=True)"
    monitor = "loss"
    metrics = _METRICS
    scores = _SCORES

    def __post_init__(self) -> None:
        if not 1 <= self.lowest_level <= self.highest_level <= 10:
            raise UserError(
                "Expected levels with 1 <= lowest_level <= highest_level <= 10. Received: "
                f"lowest_level={self.lowest_level!r}, highest_level={self.highest_level!r}."
            )
        if not self.anchor_size > 0 or self.scales < 1:
            raise UserError(
                "Expected `anchor_size` > 0 and `scales` >= 1. Received: "
                f"anchor_size={self.anchor_size!r}, scales={self.scales!r}."
            )
        if not self.ratios or not all(0 < ratio < math.inf for ratio in self.ratios):
            raise UserError(
                f"Expected `ratios` of height to width, > 0. Received: ratios={self.ratios!r}."
            )
        if not 0 < self.least_score < 1 or not 0 < self.overlap <= 1 or self.most < 1:
            raise UserError(
                "Expected `least_score` in (0, 1), `overlap` in (0, 1] and `most` >= 1. Received: "
                f"least_score={self.least_score!r}, overlap={self.overlap!r}, most={self.most!r}."
            )

    @property
    def anchors(self) -> Anchors:
        """The boxes that the head starts from."""
        return Anchors(
            self.lowest_level,
            self.highest_level,
            float(self.anchor_size),
            self.scales,
            tuple(map(float, self.ratios)),
        )

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Returns `(examples,)` tuples of `Box`.

        Raises:
            UserError: A label is no tuple of boxes.
        """
        _box_labels.expect_boxes(labels, locations, self.name)
        return labels

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns the classes that occur, in order.

        Raises:
            UserError: There is no object at all.
        """
        names = {box.name for row in self.read(labels) for box in row if not box.is_crowd}
        if not names:
            raise UserError(
                "Expected pictures with objects in the training part. Received: "
                f"{len(labels)} pictures without. Check that labels and pictures belong together."
            )
        return Labels(_class_names.in_order(np.array(sorted(names))))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.object_]:
        """Returns `(examples,)` dictionaries; `None` where an object has another class."""
        return _box_labels.encoded(labels, vocabulary.class_names)

    def num_outputs(self, num_classes: int) -> int:
        """Returns what is said at each anchor: four sides, and the log-odds of each class."""
        return 4 + num_classes

    def targets(
        self, labels: NDArray[np.object_], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.float16]:
        """Returns `(examples, anchors, 5)`: encoded box and class of each anchor.

        Anchors are matched by intersection over union as in the paper (0.5 and 0.4); besides, every
        box gets the anchor that overlaps it most. A class of -1 is background, -2 is ignored.

        Args:
            labels: Encoded labels.
            examples: What they belong to.
            preprocess: How the backbone reads pictures.
        """
        found = np.zeros((len(labels), len(self._grid(preprocess).boxes), 5), "float16")
        for row, (label, value) in enumerate(zip(labels, examples.inputs, strict=True)):
            found[row] = self.target(
                self.placed(label, picture_size(value), preprocess), preprocess
            )
        return found

    def placed(
        self, label: dict[str, Any], size: tuple[int, int], preprocess: Preprocess
    ) -> _box_targets.PlacedBoxes:
        """Returns where the network sees the boxes of a label.

        Boxes may leave the picture, as they do where it is a piece of another: an object of which
        less than half is left is neither to be found nor background.

        Args:
            label: Encoded label.
            size: Height and width of the picture.
            preprocess: How the backbone reads pictures.
        """
        return _box_targets.placed_boxes(label, size, preprocess)

    def target(
        self, picture: _box_targets.PlacedBoxes, preprocess: Preprocess
    ) -> NDArray[np.float16]:
        """Returns `(anchors, 5)`, what `targets` holds of one picture.

        Only anchors near a box are looked at: 100 boxes among 49,104 anchors take 2 ms.

        Args:
            picture: From `placed`.
            preprocess: How the backbone reads pictures.
        """
        return _box_targets.targets_of(picture, self._grid(preprocess))

    def _grid(self, preprocess: Preprocess) -> AnchorGrid:
        height, width = preprocess.config["size"]
        return grid_of(self.anchors, int(height), int(width))

    def answers(
        self, outputs: NDArray[np.float32], examples: Dataset, preprocess: Preprocess
    ) -> NDArray[np.object_]:
        """Returns `(examples,)` dictionaries of boxes in pixels of the pictures as they came.

        Of each class the boxes that a more probable one overlaps are left out, then all but the
        most probable of the picture.

        Args:
            outputs: `(examples, anchors, 4 + classes)`.
            examples: What was answered.
            preprocess: How the backbone reads pictures.
        """
        height, width = preprocess.config["size"]
        anchors = self._grid(preprocess).boxes
        found = np.empty(len(outputs), object)
        for row, (said, value) in enumerate(zip(outputs, examples.inputs, strict=True)):
            detected = self._detected(said, anchors, (height, width))
            found[row] = _box_answers.in_picture(*detected, picture_size(value), preprocess)
        return found

    def seen(
        self,
        targets: NDArray[Any],
        outputs: NDArray[Any],
        size: tuple[int, int],
        num_classes: int,
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Returns what targets and outputs say in the network's pictures, as scores take it.

        Enough to choose an epoch by: of what is true only what targets kept is known.

        Args:
            targets: `(examples, anchors, 5)`.
            outputs: `(examples, anchors, 4 + classes)`; other shapes answer nothing.
            size: Height and width of the network's pictures.
            num_classes: Number of classes.
        """
        anchors = grid_of(self.anchors, *size).boxes
        truths = [_box_validation.objects_of(each, anchors, num_classes) for each in targets]
        if outputs.shape != (*targets.shape[:2], 4 + num_classes):
            return truths, []
        found = [self._detected(each, anchors, size) for each in outputs]
        return truths, [
            {"boxes": boxes, "labels": classes, "scores": scores}
            for boxes, classes, scores in found
        ]

    def _detected(
        self, said: NDArray[Any], anchors: NDArray[Any], size: tuple[int, int]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
        return _box_answers.detected(
            said,
            anchors,
            size,
            least_score=self.least_score,
            overlap=self.overlap,
            most=self.most,
        )

    def compared(self, given: NDArray[np.object_]) -> list[dict[str, Any]]:
        """Returns labels or answers as `scores.inputs.detections` takes them."""
        wanted = ("boxes", "labels", "is_crowd", "scores")
        return [{key: each[key] for key in wanted if key in each} for each in given]

    def named(
        self, answers: NDArray[np.object_], class_names: Sequence[str]
    ) -> list[list[dict[str, Any]]]:
        """Returns answers as a person reads them: `label`, `box` and `score` of each box.

        Args:
            answers: From `answers`.
            class_names: Names of the classes.
        """
        return [
            [
                {"label": class_names[label], "box": box, "score": score}
                for box, label, score in zip(
                    each["boxes"], each["labels"], each["scores"], strict=True
                )
            ]
            for each in answers
        ]

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Raises `ValueError`: boxes have probabilities one by one, in their answers."""
        raise ValueError(f"Expected answers, not logits. Received: logits.shape={logits.shape}.")

    def predict_label(self, logits: NDArray[Any]) -> NDArray[Any]:
        """Raises `ValueError`: what a model gives out is read by `answers`."""
        raise ValueError(f"Expected answers, not logits. Received: logits.shape={logits.shape}.")
