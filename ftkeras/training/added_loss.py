"""What layers and weights add to the loss."""

import keras
import numpy as np

from ftkeras.training.examples import Examples


def added_loss(model: keras.Model, examples: Examples) -> float:
    """Returns the sum of the losses that layers and regularizers of weights add.

    Losses of activities are those of the first example, which is run for it: layers add their
    losses when they are called.

    Args:
        model: The model; afterwards `model.losses` tells whether anything is added.
        examples: What it takes.
    """
    first = keras.tree.map_structure(keras.ops.convert_to_tensor, examples.take(np.arange(1)))
    model(first, training=False)
    return float(sum(float(loss) for loss in model.losses))
