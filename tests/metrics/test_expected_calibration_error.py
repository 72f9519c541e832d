"""Expected calibration error, written from the equation of Naeini et al."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import check_metric, check_references


def reference(one, num_bins=15):
    if not len(one.present):
        return np.nan
    if one.num_classes == 2:
        confidence, event = one.probabilities[:, 1], one.y_true == 1
    else:
        confidence, event = one.probabilities.max(-1), one.predicted == one.y_true
    weights = np.ones(len(event)) if one.weights is None else one.weights
    error = 0.0
    for low in range(num_bins):
        inside = (confidence >= low / num_bins) & (confidence < (low + 1) / num_bins)
        if low == num_bins - 1:
            inside |= confidence == 1
        share = weights[inside].sum()
        if share:
            observed = np.average(event[inside], weights=weights[inside])
            promised = np.average(confidence[inside], weights=weights[inside])
            error += share / weights.sum() * abs(observed - promised)
    return error


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_the_equation_and_passes_every_check(num_classes):
    build = functools.partial(metrics.ExpectedCalibrationError, num_classes=num_classes)
    check_metric(build, reference, num_classes)


@pytest.mark.parametrize("num_bins", [1, 10])
def test_the_number_of_bins_can_be_chosen(num_bins):
    build = functools.partial(metrics.ExpectedCalibrationError, num_bins=num_bins)
    check_references(build, functools.partial(reference, num_bins=num_bins), num_classes=2)


def test_no_bins_are_refused():
    with pytest.raises(UserError, match="num_bins=0"):
        metrics.ExpectedCalibrationError(num_bins=0)
