"""MeanIntersectionOverUnion against scikit-learn, pixel by pixel."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.mean_intersection_over_union import MeanIntersectionOverUnion
from ftkeras.statistics.intervals import measure
from tests.helpers.families.segmentation import Segmentation, case
from tests.helpers.metric_checks import check_metric, value_of

BUILD = functools.partial(metrics.MeanIntersectionOverUnion, num_classes=3)


def reference(one):
    true, predicted, weights = one.pixels
    return jaccard_score(true, predicted, sample_weight=weights, average="macro")


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(BUILD, reference, family=Segmentation(3))


def test_absent_classes_can_count_as_zero():
    one = case(3, classes=[0, 1], skill=20)
    metric = metrics.MeanIntersectionOverUnion(3, absent="zero")
    assert value_of(metric, one) == pytest.approx(2 / 3)


def test_ignored_pixels_are_left_out_whatever_was_predicted_there():
    one = case(3, weighted=True)
    is_left_out = np.random.default_rng(0).random(one.y_true.shape) < 0.3
    is_left_out[5] = True
    predictions = np.where(is_left_out[..., None], np.nan, one.predictions)
    metric = metrics.MeanIntersectionOverUnion(3, ignore_label=255)
    masked = replace(one, y_true=np.where(is_left_out, 255, one.y_true), predictions=predictions)
    kept = ~is_left_out.ravel()
    true, predicted = one.y_true.ravel(), one.predictions.argmax(-1).ravel()
    weights = np.repeat(one.weights, 12)
    expected = jaccard_score(
        true[kept], predicted[kept], sample_weight=weights[kept], average="macro"
    )
    assert value_of(metric, masked) == pytest.approx(expected)


@pytest.mark.parametrize("from_logits", [True, False])
def test_two_classes_need_one_output_only(from_logits):
    one = case(2)
    margin = one.predictions[..., 1:] - one.predictions[..., :1]
    given = margin if from_logits else 1 / (1 + np.exp(-margin))
    metric = metrics.MeanIntersectionOverUnion(2, from_logits=from_logits)
    assert value_of(metric, replace(one, predictions=given)) == pytest.approx(reference(one))


def test_its_interval_draws_images_not_pixels():
    """Images of twelve equal pixels know as much as twelve times fewer pixels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 200)
    logits = rng.normal(size=(200, 3)) + 1.5 * np.eye(3)[labels]
    settings = {"resamples": 2000}
    score = MeanIntersectionOverUnion(3)
    (alone,) = measure([score], labels[:, None], logits[:, None], **settings)
    tiled = np.repeat(labels[:, None], 12, 1), np.repeat(logits[:, None], 12, 1)
    (images,) = measure([score], *tiled, **settings)
    assert images.value == pytest.approx(alone.value)
    assert images.high - images.low == pytest.approx(alone.high - alone.low, rel=0.05)
    drawn = []
    for _ in range(200):
        rows = rng.integers(0, 200, 200)
        drawn.append(jaccard_score(labels[rows], logits[rows].argmax(1), average="macro"))
    assert images.high - images.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.2)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        (np.zeros((2, 4, 4)), np.zeros((2, 4, 4, 5)), r"y_pred\.shape=\(2, 4, 4, 5\)"),
        (np.zeros((2, 4)), np.zeros((2, 4, 4, 3)), r"y_true\.shape=\(2, 4\)"),
    ],
)
def test_images_that_do_not_fit_are_refused(y_true, y_pred, message):
    with pytest.raises(UserError, match=message):
        metrics.MeanIntersectionOverUnion(3).update_state(y_true, y_pred.astype("float32"))


def test_weights_of_pixels_are_refused():
    metric = metrics.MeanIntersectionOverUnion(3)
    one = case(3)
    with pytest.raises(UserError, match=r"sample_weight\.shape=\(60, 3, 4\)"):
        metric.update_state(one.y_true, one.predictions, np.ones((60, 3, 4), "float32"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"absent": "one"}, "absent='one'"), ({"num_classes": 1}, "num_classes=1")],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.MeanIntersectionOverUnion(**{"num_classes": 3, **arguments})
