"""A head that answers for each pixel, from feature maps of several sizes."""

from dataclasses import dataclass

import keras

from ftkeras.errors import UserError
from ftkeras.heads import _feature_pyramid
from ftkeras.heads._expect import expect_rate, expect_units

TAPS = ("pyramid",)
OVER_MAPS = True
KINDS = ("masks",)
_GROUPS = 8


@dataclass(frozen=True)
class FeaturePyramid:
    """Logits of each pixel, from all levels of a convolutional backbone.

    The maps of all levels from `finest` on are joined from coarse to fine (see
    `heads/_feature_pyramid.py`), each normalised in groups of channels and cut off below 0,
    enlarged to the finest, and summed; one 1 x 1 convolution gives logits, which are enlarged to
    the size of the picture (bilinear). Coarse levels know what is there, fine ones where.

    It reads all taps `pyramid_P<level>` by itself: leave `--tap` out. Where the backbone is frozen
    these maps are kept on disk: `4 * sum_l height_l width_l features_l` bytes a picture, 0.7 MB of
    EfficientNet-Lite0 at 224 pixels from level 2 on; the terminal says how many in all.

    Args:
        channels: Features of each level.
        finest: The finest level that is read; at level n a place stands for 2^n pixels. 3 takes
            a quarter of the time of 2.
        dropout: Share of the summed maps set to zero in training, whole channels at a time.

    Example:
        >>> levels = {3: keras.Input((8, 8, 40)), 4: keras.Input((4, 4, 80))}
        >>> FeaturePyramid(channels=16)(levels, num_outputs=3, size=(64, 64)).shape
        (None, 64, 64, 3)

    References:
        Kirillov et al., 2019, Panoptic Feature Pyramid Networks, CVPR, section 3.1 (with more
        convolutions on coarse levels).
    """

    channels: int = 128
    finest: int = 2
    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)
        expect_units(self.channels)
        if self.channels % _GROUPS:
            raise UserError(
                f"Expected `channels` to be a multiple of {_GROUPS}. Received: "
                f"channels={self.channels}."
            )

    def __call__(
        self, features: dict[int, keras.KerasTensor], num_outputs: int, size: tuple[int, int]
    ) -> keras.KerasTensor:
        """Returns `(batch, *size, num_outputs)` logits, always float32.

        Args:
            features: Level -> `(batch, height, width, features)`.
            num_outputs: Number of classes.
            size: Height and width of the pictures.

        Raises:
            UserError: There are not several levels.
        """
        levels = {} if not isinstance(features, dict) else features
        levels = {level: x for level, x in levels.items() if level >= self.finest}
        if len(levels) < 2:
            raise UserError(
                "Expected feature maps of at least two levels. Received: "
                f"{sorted(levels) or features} with finest={self.finest}. Leave --tap out, lower "
                "`finest`, or take --head=fully_convolutional."
            )
        maps = _feature_pyramid.feature_pyramid(levels, self.channels)
        finest = maps[min(maps)].shape[1:3]
        spoken = []
        for level, x in maps.items():
            x = keras.layers.GroupNormalization(_GROUPS, name=f"normalised_P{level}")(x)
            x = keras.layers.ReLU(name=f"active_P{level}")(x)
            name = f"enlarged_P{level}"
            spoken.append(_feature_pyramid.brought_to(x, finest, name, "bilinear"))
        x = keras.layers.Add(name="summed")(spoken)
        x = keras.layers.SpatialDropout2D(self.dropout, name="dropout")(x)
        x = keras.layers.Conv2D(num_outputs, 1, dtype="float32", name="logits")(x)
        return keras.layers.Resizing(
            *size, interpolation="bilinear", dtype="float32", name="upsampled"
        )(x)
