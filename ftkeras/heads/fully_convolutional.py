"""A head that answers for each pixel, from the last feature map."""

from dataclasses import dataclass

import keras

from ftkeras.errors import UserError
from ftkeras.heads._expect import expect_rate

TAPS = ("feature_map",)
OVER_MAPS = True
KINDS = ("masks",)


@dataclass(frozen=True)
class FullyConvolutional:
    """One 1 x 1 convolution on a feature map, enlarged to the picture: logits of each pixel.

    `logits = enlarged(W dropout(F) + b)`, bilinear. It is the linear probe of segmentation: cheap,
    and blind to what is smaller than a place of the map, 32 pixels for most backbones. It takes
    `feature_map` by itself, which vision transformers have, too; `--tap=pyramid_P4` reads a finer
    map of a convolutional backbone.

    Args:
        dropout: Share of the map set to zero in training, whole channels at a time, in [0, 1).

    Example:
        >>> features = keras.Input((7, 7, 320))
        >>> FullyConvolutional()(features, num_outputs=3, size=(224, 224)).shape
        (None, 224, 224, 3)

    References:
        Long, Shelhamer and Darrell, 2015, Fully Convolutional Networks for Semantic Segmentation,
        CVPR (FCN-32s).
    """

    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)

    def __call__(
        self, features: keras.KerasTensor, num_outputs: int, size: tuple[int, int]
    ) -> keras.KerasTensor:
        """Returns `(batch, *size, num_outputs)` logits, always float32.

        Args:
            features: `(batch, height, width, features)`.
            num_outputs: Number of classes.
            size: Height and width of the pictures.

        Raises:
            UserError: The features are no map.
        """
        if isinstance(features, dict) or len(features.shape) != 4:
            raise UserError(
                "Expected features of shape (batch, height, width, features). Received: "
                f"{getattr(features, 'shape', features)}. Leave --tap out, or take "
                "--tap=feature_map."
            )
        x = keras.layers.SpatialDropout2D(self.dropout, name="dropout")(features)
        x = keras.layers.Conv2D(num_outputs, 1, dtype="float32", name="logits")(x)
        return keras.layers.Resizing(
            *size, interpolation="bilinear", dtype="float32", name="upsampled"
        )(x)
