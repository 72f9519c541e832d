"""Losses of masks against their formulas, pixel by pixel in NumPy, and against Keras' own."""

import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from ftkeras.errors import UserError
from ftkeras.training.losses.dice import Dice
from ftkeras.training.losses.pixel_cross_entropy import PixelCrossEntropy


def drawn(seed=0, batch=3, size=(4, 5), classes=3, left_out=0.2):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, (batch, *size)).astype(np.uint8)
    labels[generator.random(labels.shape) < left_out] = 255
    return labels, generator.normal(0, 2, (batch, *size, classes)).astype("float32")


def by_hand(labels, logits, weights, smoothing):
    """Each picture's weighted mean over the pixels that count, one pixel after the other."""
    each = []
    for mask, of_pixels in zip(labels, log_softmax(logits.astype("float64"), axis=-1), strict=True):
        total = weight = 0.0
        for label, log_p in zip(mask.ravel(), of_pixels.reshape(-1, logits.shape[-1]), strict=True):
            if label != 255:
                soft = np.full(len(log_p), smoothing / len(log_p))
                soft[label] += 1 - smoothing
                total -= weights[label] * (soft @ log_p)
                weight += weights[label]
        each.append(total / weight if weight else 0.0)
    return np.mean(each)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_is_the_mean_over_pixels_that_count(smoothing):
    labels, logits = drawn()
    loss = PixelCrossEntropy()((10, 10, 10), smoothing)
    expected = by_hand(labels, logits, np.ones(3), smoothing)
    assert float(loss(labels, logits)) == pytest.approx(expected, rel=1e-5)


def test_without_anything_left_out_it_is_that_of_keras():
    labels, logits = drawn(left_out=0)
    keras_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ours = PixelCrossEntropy()((1, 1, 1), 0.0)
    assert float(ours(labels, logits)) == pytest.approx(float(keras_loss(labels, logits)), rel=1e-5)


@pytest.mark.parametrize("weights", [[1, 2, 5], "balanced"])
def test_classes_count_by_their_weights(weights):
    labels, logits = drawn(seed=1)
    pixels = (700, 200, 100)
    given = np.array(weights) if weights != "balanced" else 1 / np.sqrt(pixels)
    loss = PixelCrossEntropy(class_weights=weights)(pixels, 0.0)
    assert float(loss(labels, logits)) == pytest.approx(
        by_hand(labels, logits, given, 0.0), rel=1e-5
    )


def test_a_picture_without_pixels_that_count_adds_nothing():
    labels, logits = drawn()
    labels[1] = 255
    for rule in (PixelCrossEntropy(), Dice(), Dice(cross_entropy=0)):
        loss = rule((1, 1, 1), 0.0)
        others = float(loss(labels[[0, 2]], logits[[0, 2]]))
        assert float(loss(labels, logits)) == pytest.approx(others * 2 / 3, rel=1e-5)


def test_dice_is_the_mean_over_classes_that_are_there():
    labels, logits = drawn(seed=2)
    labels[0][labels[0] == 1] = 0  # a class that is not in the first picture
    each = []
    for mask, shares in zip(labels, softmax(logits.astype("float64"), axis=-1), strict=True):
        counted = mask != 255
        scores = []
        for k in range(3):
            true, said = (mask == k)[counted], shares[..., k][counted]
            if true.any():
                scores.append(1 - (2 * said[true].sum() + 1) / (true.sum() + said.sum() + 1))
        each.append(np.mean(scores))
    alone = Dice(cross_entropy=0)((1, 1, 1), 0.0)
    assert float(alone(labels, logits)) == pytest.approx(np.mean(each), rel=1e-5)
    both = Dice(cross_entropy=0.5)((1, 1, 1), 0.0)
    expected = np.mean(each) + 0.5 * by_hand(labels, logits, np.ones(3), 0.0)
    assert float(both(labels, logits)) == pytest.approx(expected, rel=1e-5)


def test_pixels_that_are_left_out_move_nothing():
    labels, logits = drawn(seed=3)
    other = np.where((labels == 255)[..., None], 100.0, logits)
    for rule in (PixelCrossEntropy(class_weights="balanced"), Dice()):
        loss = rule((5, 3, 1), 0.1)
        assert float(loss(labels, logits)) == pytest.approx(float(loss(labels, other)), rel=1e-6)


@pytest.mark.parametrize("rule", [PixelCrossEntropy, Dice])
@pytest.mark.parametrize("weights", ["even", ["1"], [True], 3])
def test_weights_that_are_none_are_refused(rule, weights):
    with pytest.raises(UserError, match="Received: class_weights="):
        rule(class_weights=weights)


def test_there_is_a_weight_for_each_class():
    with pytest.raises(UserError, match="Expected `class_weights` to be 3 numbers"):
        PixelCrossEntropy(class_weights=[1, 2])((5, 3, 1), 0.0)
