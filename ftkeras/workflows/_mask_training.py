"""What training on masks needs: masks that move with their pictures, and masks made of logits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.mask import decode
from ftkeras.tasks.semantic_segmentation import SemanticSegmentation
from ftkeras.training.reduced_answers import Reduce
from ftkeras.training.views import Move, Relabel


def relabel(labels: NDArray[np.object_], preprocess: Preprocess) -> Relabel:
    """Returns what makes the target of an example whose picture is moved.

    What moves a picture takes pixels from one place to another, and mixes none: the same done to
    its mask gives the mask of the moved picture.

    Args:
        labels: Encoded labels of a part.
        preprocess: How the backbone reads inputs.
    """
    task = SemanticSegmentation()

    def moved(row: int, move: Move) -> NDArray[Any]:
        mask = move(np.repeat(decode(labels[row])[..., None], 3, axis=2))
        return task.target(mask[..., 0], preprocess)

    return moved


def reduce(examples: Dataset, preprocess: Preprocess) -> Reduce:
    """Returns what makes masks of logits, some examples at a time.

    Args:
        examples: What is answered.
        preprocess: How the backbone reads inputs.
    """
    task = SemanticSegmentation()
    return lambda rows, outputs: task.answers(outputs, examples.take(rows), preprocess)
