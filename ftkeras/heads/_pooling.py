"""From whatever a backbone's tap gives to one vector an example."""

import keras

from ftkeras.errors import UserError


def flat(features: keras.KerasTensor) -> keras.KerasTensor:
    """Returns `(batch, width)`; a feature map is averaged over its height and width.

    Raises:
        UserError: The features are a padded sequence, whose average the head cannot know.
    """
    if len(features.shape) == 4:
        return keras.layers.GlobalAveragePooling2D(name="pooling")(features)
    if len(features.shape) != 2:
        raise UserError(
            "Expected features of shape (batch, width) or (batch, height, width, channels). "
            f"Received: features of shape {features.shape}. Choose a pooled tap such as "
            "--tap=mean_pooled: it leaves padding out of the average."
        )
    return features
