"""Each unit is an image: its true boxes, and the boxes a detector drew."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import HostInputs, Units
from ftkeras.errors import UserError
from ftkeras.scores.inputs._box_matching import Image, Matches, matched

BOX_FORMATS = ("xyxy", "xywh")


@dataclass(frozen=True)
class Detections(HostInputs):
    """Boxes of images, matched by the rules of COCO at all overlaps and sizes of object at once.

    The units that come out carry these matches in place of predictions. What was true has gone into
    them, so all labels are 0.

    Args:
        num_classes: Number of classes; labels are 0 to `num_classes` - 1.
        box_format: `"xyxy"` (left, top, right, bottom) or `"xywh"` (left, top, width, height).

    Shapes:
        y_true: A list with one dictionary an image: `boxes` `(n, 4)` in pixels, `labels` `(n,)`,
            and if there are any, `is_crowd` `(n,)` (regions in which detections are neither right
            nor wrong) and `areas` `(n,)` (of the objects; those of the boxes if left out). Or one
            dictionary of a batch, each entry with an axis more; rows labelled -1 are padding.
        y_pred: The same with `boxes`, `labels` and `scores` `(n,)`.

    Example:
        >>> true = {"boxes": [[0, 0, 10, 10]], "labels": [0]}
        >>> drawn = {"boxes": [[0, 0, 10, 8]], "labels": [0], "scores": [0.9]}
        >>> Detections(1).units([true], [drawn], np).predictions[0].outcomes[0, :, 0]
        array([ 1,  1,  1,  1,  1,  1,  1, -1, -1, -1], dtype=int8)
    """

    num_classes: int = 1
    box_format: str = "xyxy"

    def __post_init__(self) -> None:
        if not isinstance(self.num_classes, int) or self.num_classes < 1:
            raise UserError(
                f"Expected `num_classes` >= 1. Received: num_classes={self.num_classes!r}. Count "
                "the classes of objects; there is none for the background."
            )
        if self.box_format not in BOX_FORMATS:
            raise UserError(
                f"Expected `box_format` to be one of {', '.join(BOX_FORMATS)}. Received: "
                f"box_format={self.box_format!r}."
            )

    def array(self, values: Any) -> NDArray[np.object_]:
        """Returns `(units,)` dictionaries, one an image."""
        if not isinstance(values, dict):
            return super().array(values)
        columns = {key: np.asarray(value) for key, value in values.items()}
        if "labels" not in columns or any(
            len(c) != len(columns["labels"]) for c in columns.values()
        ):
            raise UserError(
                "Expected a dictionary of a batch with `labels`, all entries with one row an image."
                f" Received: { {key: column.shape for key, column in columns.items()} }."
            )
        images = []
        for image in range(len(columns["labels"])):
            is_object = columns["labels"][image] != -1
            images.append({key: column[image][is_object] for key, column in columns.items()})
        return super().array(images)

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns labels `(units,)` of zeros and predictions `(units,)` of `Matches`."""
        truths, answers = self.array(y_true), self.array(y_pred)
        if len(truths) != len(answers):
            raise UserError(
                f"Expected one prediction a label. Received: {len(answers)} predictions and "
                f"{len(truths)} labels. Give an image without detections empty ones."
            )
        rows = np.empty(len(truths), object)
        is_finite, is_known = np.ones(len(rows), bool), np.ones(len(rows), bool)
        for index, (truth, answer) in enumerate(zip(truths, answers, strict=True)):
            true, drawn = self._image(truth, "y_true"), self._image(answer, "y_pred")
            is_finite[index] = drawn.is_finite and self._are_classes(drawn)
            is_known[index] = true.is_finite and self._are_classes(true)
            is_good = is_finite[index] and is_known[index]
            rows[index] = (
                matched(true, drawn, self.num_classes)
                if is_good
                else Matches.none(self.num_classes)
            )
        return Units(np.zeros(len(rows)), rows, is_finite, is_known)

    def _are_classes(self, image: Image) -> bool:
        return bool(((image.labels >= 0) & (image.labels < self.num_classes)).all())

    def _image(self, given: Any, side: str) -> Image:
        needed = ["boxes", "labels", *(["scores"] if side == "y_pred" else [])]
        if not isinstance(given, dict) or not set(needed) <= set(given):
            raise UserError(
                f"Expected each image of `{side}` as a dictionary with {', '.join(needed)}. "
                f"Received: {sorted(given) if isinstance(given, dict) else given!r}."
            )
        boxes = np.asarray(given["boxes"], "float64").reshape(-1, 4)
        if self.box_format == "xyxy":
            boxes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        areas = boxes[:, 2] * boxes[:, 3]
        image = Image(
            boxes=boxes,
            labels=np.asarray(given["labels"]).astype("int64").ravel(),
            scores=np.asarray(given.get("scores", np.zeros(len(boxes))), "float64").ravel(),
            is_crowd=np.asarray(given.get("is_crowd", np.zeros(len(boxes)))).astype(bool).ravel(),
            areas=areas if side == "y_pred" else np.asarray(given.get("areas", areas), "float64"),
        )
        for key in ("labels", "scores", "is_crowd", "areas"):
            if len(getattr(image, key)) != len(boxes):
                raise UserError(
                    f"Expected one entry of `{key}` a box of `{side}`. Received: "
                    f"{len(getattr(image, key))} for {len(boxes)} boxes."
                )
        return image
