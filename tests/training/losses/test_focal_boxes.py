"""The loss of boxes, held to Keras' own losses as KerasHub weighs them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.errors import UserError
from ftkeras.training.losses.focal_boxes import FocalBoxes


def drawn(seed, batch=3, anchors=40, classes=4):
    generator = np.random.default_rng(seed)
    y_true = generator.normal(size=(batch, anchors, 5)).astype("float32")
    y_true[..., 4] = generator.choice([-2, -1, -1, -1, *range(classes)], (batch, anchors))
    y_pred = generator.normal(0, 2, (batch, anchors, 4 + classes)).astype("float32")
    return y_true, y_pred


@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, 0.25), (0.0, 0.5), (1.5, 0.9)])
def test_it_is_what_keras_hub_minimises(gamma, alpha):
    """`RetinaNetObjectDetector.compute_loss` with these weights, each sum by Keras' own losses."""
    y_true, y_pred = drawn(0)
    classes = y_true[..., 4]
    stands, judged = classes >= 0, classes != -2
    one_hot = np.eye(4)[np.maximum(classes, 0).astype(int)] * stands[..., None]
    focal = keras.losses.BinaryFocalCrossentropy(
        apply_class_balancing=True, alpha=alpha, gamma=gamma, from_logits=True, reduction="none"
    )
    # Keras averages over the classes, the paper sums.
    each = np.array(focal(one_hot.astype("float32"), y_pred[..., 4:])) * 4
    smooth = keras.losses.Huber(delta=0.1, reduction="none")
    sides = np.array(smooth(y_true[..., :4], y_pred[..., :4])) * 4 / 0.1
    expected = ((each * judged).sum() + 3 * (sides * stands).sum()) / stands.sum()
    loss = FocalBoxes(gamma, alpha, box_weight=3.0, beta=0.1)((), 0.0)
    np.testing.assert_allclose(float(loss(y_true, y_pred)), expected, rtol=1e-5)


def test_a_batch_without_objects_costs_its_background():
    y_true, y_pred = drawn(1)
    y_true[..., 4] = -1
    p = 1 / (1 + np.exp(-y_pred[..., 4:].astype("float64")))
    expected = -(0.75 * p**2 * np.log1p(-p)).sum()
    np.testing.assert_allclose(float(FocalBoxes()((), 0.0)(y_true, y_pred)), expected, rtol=1e-5)
    y_true[..., 4] = -2
    assert float(FocalBoxes()((), 0.0)(y_true, y_pred)) == 0


def test_sure_answers_overflow_neither_the_loss_nor_its_slope():
    y_true, y_pred = drawn(2)
    y_pred[..., 4:] *= 1e4
    variable = keras.Variable(y_pred)
    with tf.GradientTape() as tape:
        value = FocalBoxes(gamma=0.5)((), 0.0)(y_true, variable.value)
    slope = tape.gradient(value, variable.value)
    assert np.isfinite(float(value))
    assert np.isfinite(np.array(slope)).all()


def test_half_precision_targets_are_taken():
    y_true, y_pred = drawn(3)
    loss = FocalBoxes()((), 0.0)
    exact, rounded = loss(y_true, y_pred), loss(y_true.astype("float16"), y_pred)
    np.testing.assert_allclose(float(exact), float(rounded), rtol=1e-2)


def test_wrong_settings_are_refused():
    for wrong in ({"gamma": -1.0}, {"alpha": 1.0}, {"box_weight": 0.0}, {"beta": 0.0}):
        with pytest.raises(UserError, match="Received"):
            FocalBoxes(**wrong)
