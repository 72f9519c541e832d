"""The features of several backbones, which lie side by side, one by one again."""

from itertools import accumulate

import keras

from ftkeras.errors import UserError


def split(features: keras.KerasTensor, widths: tuple[int, ...]) -> list[keras.KerasTensor]:
    """Returns the features of each part.

    Args:
        features: `(batch, width)`.
        widths: Features of each part, in order.

    Raises:
        UserError: They are not what the features are made of.
    """
    if len(features.shape) != 2 or features.shape[1] != sum(widths) or len(widths) < 2:
        raise UserError(
            f"Expected features (batch, {sum(widths)}) of parts of the widths {widths}. Received: "
            f"features of shape {features.shape}. Leave --tap out."
        )
    ends = list(accumulate(widths))
    return [features[:, end - width : end] for end, width in zip(ends, widths, strict=True)]
