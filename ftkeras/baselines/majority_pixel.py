"""The same class at every pixel: the most frequent one of the training part."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.baselines import _masks
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.mask import encode


@dataclass(frozen=True)
class MajorityPixel:
    """Answers every picture with one class, that of most training pixels: usually the background.

    Its mean intersection over union is that class's share of the pixels over the number of
    classes, which shows what an accuracy of 95% may be worth.
    """

    modalities = ("image",)
    kinds = ("masks",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what gives every picture the same class; see `contracts.baseline`."""
        most = int(_masks.counted(labels, num_classes).argmax())

        def answer(examples: Dataset) -> NDArray[Any]:
            found = np.empty(len(examples), object)
            for row, image in enumerate(examples.inputs):
                width, height = _masks.upright(image).size
                found[row] = encode(np.full((height, width), most, np.uint8))
            return found

        return answer
