"""Feature maps of several levels, each told what the coarser ones see."""

from collections.abc import Mapping

import keras

from ftkeras.errors import UserError


def feature_pyramid(
    levels: Mapping[int, keras.KerasTensor], channels: int
) -> dict[int, keras.KerasTensor]:
    """Returns a map of `channels` features for each level, as large as the level's own.

    With C_l the backbone's map of level l and M_l a lateral one, from the coarsest level down:
    `M_l = conv_1x1(C_l) + enlarged(M_(l+1))`, and `P_l = conv_3x3(M_l)`. Enlarged is the nearest
    neighbour. Levels may be missing in between.

    Args:
        levels: Level -> `(batch, height, width, features)` of known height and width; at level l a
            place stands for about 2^l pixels.
        channels: Features of each map.

    Returns:
        Level -> `(batch, height, width, channels)`, finest first.

    Raises:
        UserError: There are no levels, or one of unknown size.

    Example:
        >>> given = {4: keras.Input((4, 4, 40)), 5: keras.Input((2, 2, 80))}
        >>> {level: x.shape for level, x in feature_pyramid(given, 16).items()}
        {4: (None, 4, 4, 16), 5: (None, 2, 2, 16)}

    References:
        Lin et al., 2017, Feature Pyramid Networks for Object Detection, CVPR.
    """
    if not levels or any(None in x.shape[1:] for x in levels.values()):
        raise UserError(
            "Expected feature maps of known size, one a level. Received: "
            f"{ {level: x.shape for level, x in levels.items()} }. Give --image_size."
        )
    merged: dict[int, keras.KerasTensor] = {}
    above = None
    for level in sorted(levels, reverse=True):
        lateral = keras.layers.Conv2D(channels, 1, name=f"lateral_P{level}")(levels[level])
        if above is not None:
            enlarged = brought_to(above, lateral.shape[1:3], f"enlarged_to_P{level}")
            lateral = keras.layers.Add(name=f"merged_P{level}")([lateral, enlarged])
        merged[level] = above = lateral
    return {
        level: keras.layers.Conv2D(channels, 3, padding="same", name=f"smoothed_P{level}")(x)
        for level, x in sorted(merged.items())
    }


def brought_to(
    x: keras.KerasTensor, size: tuple[int, int], name: str, interpolation: str = "nearest"
) -> keras.KerasTensor:
    """Returns a map at another size.

    Args:
        x: `(batch, height, width, features)`.
        size: Height and width.
        name: Name of the layer.
        interpolation: `nearest` or `bilinear`.
    """
    if tuple(x.shape[1:3]) == tuple(size):
        return x
    factors = [round(to / have) for to, have in zip(size, x.shape[1:3], strict=True)]
    sizes = zip(size, factors, x.shape[1:3], strict=True)
    spare = [factor * have - to for to, factor, have in sizes]
    if interpolation == "bilinear" or min(*factors, *(each + 1 for each in spare)) < 1:
        return keras.layers.Resizing(*size, interpolation=interpolation, name=name)(x)
    # Copies of rows and columns, which XLA can differentiate; margins make the last ones too many.
    x = keras.layers.UpSampling2D(factors, name=name)(x)
    if not any(spare):
        return x
    return keras.layers.Cropping2D([(0, each) for each in spare], name=f"{name}_cropped")(x)
