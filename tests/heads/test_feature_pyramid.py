"""The pyramid of feature maps against its formula in NumPy and SciPy."""

import keras
import numpy as np
import pytest
from scipy.signal import correlate

from ftkeras.errors import UserError
from ftkeras.heads import _feature_pyramid
from ftkeras.heads.feature_pyramid import FeaturePyramid


def maps(shapes, seed=0):
    generator = np.random.default_rng(seed)
    return {
        level: generator.normal(size=(2, *shape)).astype("float32")
        for level, shape in shapes.items()
    }


def conv(x, layer):
    """A convolution with zeros around, one output after the other, by SciPy."""
    kernel, bias = (np.asarray(weight, "float64") for weight in layer.get_weights())
    margin = kernel.shape[0] // 2
    padded = np.pad(x.astype("float64"), [(0, 0), (margin,) * 2, (margin,) * 2, (0, 0)])
    found = [
        [correlate(image, kernel[..., k], mode="valid")[..., 0] + bias[k] for k in range(len(bias))]
        for image in padded
    ]
    return np.moveaxis(np.array(found), 1, -1)


@pytest.mark.parametrize(
    "shapes",
    [
        {3: (8, 8, 4), 4: (4, 4, 6), 5: (2, 2, 8)},
        {2: (15, 13, 4), 3: (8, 7, 6)},  # sizes that halve to no whole number
        {3: (8, 8, 4), 5: (2, 2, 8)},  # a level is missing
    ],
)
def test_levels_are_joined_from_coarse_to_fine(shapes):
    keras.utils.set_random_seed(0)
    given = {level: keras.Input(shape) for level, shape in shapes.items()}
    model = keras.Model(
        list(given.values()), list(_feature_pyramid.feature_pyramid(given, 5).values())
    )
    features = maps(shapes)
    found = dict(zip(sorted(shapes), model(list(features.values())), strict=True))
    above = None
    for level in sorted(shapes, reverse=True):
        merged = conv(features[level], model.get_layer(f"lateral_P{level}"))
        if above is not None:
            rows, columns = (
                np.arange(merged.shape[axis]) // round(merged.shape[axis] / above.shape[axis])
                for axis in (1, 2)
            )
            merged = merged + above[:, rows][:, :, columns]
        expected = conv(merged, model.get_layer(f"smoothed_P{level}"))
        np.testing.assert_allclose(np.asarray(found[level]), expected, atol=1e-4)
        above = merged


def test_maps_that_shrink_by_margins_are_resized():
    made = _feature_pyramid.feature_pyramid(
        {4: keras.Input((17, 17, 3)), 5: keras.Input((8, 8, 3))}, 4
    )
    assert made[4].shape == (None, 17, 17, 4)


def test_there_are_logits_for_each_pixel():
    given = {3: keras.Input((8, 12, 4)), 4: keras.Input((4, 6, 6)), 1: keras.Input((32, 48, 2))}
    head = FeaturePyramid(channels=8)
    assert head(given, 5, (61, 93)).shape == (None, 61, 93, 5)


def test_levels_below_the_finest_are_not_read():
    given = {1: keras.Input((16, 16, 2)), 3: keras.Input((4, 4, 4)), 4: keras.Input((2, 2, 6))}
    answers = FeaturePyramid(channels=8, finest=3)(given, 2, (32, 32))
    made = keras.Model([given[3], given[4]], answers)
    names = [layer.name for layer in made.layers]
    assert "lateral_P3" in names
    assert "lateral_P1" not in names


def test_one_level_is_refused():
    with pytest.raises(UserError, match="at least two levels"):
        FeaturePyramid()({3: keras.Input((4, 4, 2))}, 2, (32, 32))
    with pytest.raises(UserError, match="at least two levels"):
        FeaturePyramid()(keras.Input((4, 4, 2)), 2, (32, 32))


def test_maps_of_unknown_size_are_refused():
    given = {3: keras.Input((None, None, 2)), 4: keras.Input((None, None, 2))}
    with pytest.raises(UserError, match="known size"):
        FeaturePyramid(channels=8)(given, 2, (32, 32))


@pytest.mark.parametrize("wrong", [{"channels": 12}, {"channels": 0}, {"dropout": 1}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(UserError, match="Received"):
        FeaturePyramid(**wrong)
