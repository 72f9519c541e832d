"""The same boxes in every picture: where objects are on average."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.picture_size import picture_size


@dataclass(frozen=True)
class MeanBoxes:
    """Answers one box a class, as probable as the class is frequent.

    The box is the mean of all boxes of the class in the training part, in shares of the sides of
    their pictures; its score is the share of pictures that hold the class. What beats it does so by
    looking.

    Example:
        >>> pictures = np.empty(1, object)
        >>> pictures[0] = np.zeros((10, 20), "uint8")
        >>> train = Dataset("image", np.array(["a"]), pictures, pictures, pictures)
        >>> labels = np.array([{"boxes": [[0, 0, 5, 5], [5, 5, 10, 10]], "labels": [0, 0],
        ...                     "is_crowd": [False, False]}])
        >>> MeanBoxes().fit(train, labels, num_classes=1, seed=0)(train)[0]["boxes"]
        [[2.5, 2.5, 7.5, 7.5]]
    """

    modalities = ("image",)
    kinds = ("boxes",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what answers with the mean boxes; see `contracts.baseline`."""
        boxes: list[list[NDArray[np.float64]]] = [[] for _ in range(num_classes)]
        holds = np.zeros(num_classes)
        for label, value in zip(labels, train.inputs, strict=True):
            sides = _sides(value)
            objects = zip(label["boxes"], label["labels"], label["is_crowd"], strict=True)
            known = [(class_, box) for box, class_, is_crowd in objects if not is_crowd]
            for class_, box in known:
                boxes[class_].append(np.array(box, "float64") / sides)
            holds[list({class_ for class_, _ in known})] += 1
        shares = holds / max(len(labels), 1)
        there = [class_ for class_ in np.argsort(-shares, kind="stable") if boxes[class_]]
        means = np.array([np.mean(boxes[class_], axis=0) for class_ in there]).reshape(-1, 4)

        def answer(examples: Dataset) -> NDArray[Any]:
            found = np.empty(len(examples), object)
            for row, value in enumerate(examples.inputs):
                found[row] = {
                    "boxes": (means * _sides(value)).tolist(),
                    "labels": [int(class_) for class_ in there],
                    "scores": shares[there].tolist(),
                }
            return found

        return answer


def _sides(value: Any) -> NDArray[np.float64]:
    height, width = picture_size(value)
    return np.array([width, height, width, height], "float64")
