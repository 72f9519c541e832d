"""PixelAccuracy against scikit-learn, pixel by pixel."""

import functools

from sklearn.metrics import accuracy_score

from ftkeras import metrics
from tests.helpers.families.segmentation import Segmentation
from tests.helpers.metric_checks import check_metric

BUILD = functools.partial(metrics.PixelAccuracy, num_classes=3)


def reference(one):
    true, predicted, weights = one.pixels
    return accuracy_score(
        true,
        predicted,
        sample_weight=weights,
    )


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(BUILD, reference, family=Segmentation(3))
